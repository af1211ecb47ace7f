import dpkt, sys
n = 0
for ts, buf in dpkt.pcap.Reader(open(sys.argv[1], "rb")):
    e = dpkt.ethernet.Ethernet(buf); n += len(bytes(e))
    if isinstance(e.data.data, dpkt.udp.UDP): dpkt.dns.DNS(e.data.data.data)
print(n)
