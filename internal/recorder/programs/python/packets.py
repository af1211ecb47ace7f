import sys, logging
logging.getLogger("scapy").setLevel(logging.ERROR)
from scapy.all import rdpcap, wrpcap, raw
ps = rdpcap(sys.argv[1]); print(sum(len(raw(p.__class__(raw(p)))) for p in ps)); wrpcap("/dev/null", ps)
