import struct, time, sys
# a pcap with DNS, TCP and ICMP packets in Ethernet
def eth(p): return bytes(range(6))+bytes(range(6,12))+b"\x08\x00"+p
def cks(b):
    if len(b)%2: b+=b"\0"
    s=sum(struct.unpack("!%dH"%(len(b)//2),b))
    while s>>16: s=(s&0xffff)+(s>>16)
    return ~s&0xffff
def ip(proto,p,i):
    h=struct.pack("!BBHHHBBH4s4s",0x45,0,20+len(p),i,0,64,proto,0,b"\x7f\0\0\1",b"\x7f\0\0\2")
    h=h[:10]+struct.pack("!H",cks(h))+h[12:]
    return h+p
def udp(p,i): return struct.pack("!HHHH",5300+i,53,8+len(p),0)+p
def tcp(p,i): return struct.pack("!HHIIBBHHH",4000+i,80,i*100,i,0x50,0x18,65535-i,0,0)+p
def icmp(i): return struct.pack("!BBHHH",8,0,0,7,i)+b"ping"*i
dns=struct.pack("!HHHHHH",7,0x0100,1,0,0,0)+b"\x07example\x03com\0"+struct.pack("!HH",1,1)
out=open(sys.argv[1],"wb")
out.write(struct.pack("<IHHiIII",0xa1b2c3d4,2,4,0,0,65535,1))
for i in range(30):
    p=[ip(17,udp(dns,i),i),ip(6,tcp(b"GET / HTTP/1.0\r\n\r\n"*(i%3),i),i),ip(1,icmp(i%5),i)][i%3]
    f=eth(p); out.write(struct.pack("<IIII",1700000000+i,i,len(f),len(f))+f)
out.close()
