"""Devices that answer in the place of OSS, by what their answers hold."""

import re
from typing import Final

MAKERS: Final = (
    (re.compile(r"squid"), "Squid"),
    (re.compile(r"blue ?coat|proxysg|bcsi-"), "Blue Coat ProxySG"),
    (re.compile(r"zscaler"), "Zscaler"),
    (re.compile(r"fortiga|fortinet|fortiguard|fgt_"), "FortiGate"),
    (re.compile(r"palo ?alto|pan-os|globalprotect"), "Palo Alto firewall"),
    (re.compile(r"sangfor|深信服|上网行为管理"), "Sangfor internet access gateway"),
    (re.compile(r"websense|forcepoint"), "Forcepoint"),
    (re.compile(r"mcafee|skyhigh|mwg-"), "McAfee Web Gateway"),
    (re.compile(r"sophos"), "Sophos"),
    (re.compile(r"barracuda"), "Barracuda"),
    (re.compile(r"check ?point|usercheck"), "Check Point gateway"),
    (re.compile(r"ironport|cisco web security"), "Cisco web security appliance"),
    (re.compile(r"cloudflare"), "Cloudflare"),
    (re.compile(r"errors\.aliyun\.com|aliyun_waf|aliyungf|acw_tc|web应用防火墙"), "Alibaba Cloud WAF"),
    (re.compile(r"kunlun|eagleid|x-swift-"), "Alibaba Cloud CDN"),
    (re.compile(r"tinyproxy"), "tinyproxy"),
    (re.compile(r"privoxy"), "Privoxy"),
    (re.compile(r"mitmproxy"), "mitmproxy"),
    (re.compile(r"charles(?:proxy| proxy|/)"), "Charles"),
    (re.compile(r"fiddler"), "Fiddler"),
)
"""Pattern over lower-cased text of an answer, and the name to show: proxies, firewalls and CDNs, whose names stand in
few pages by chance. The first that fits counts."""

SERVERS: Final = (
    (re.compile(r"traffic ?server|\bats/"), "Apache Traffic Server"),
    (re.compile(r"varnish"), "Varnish"),
    (re.compile(r"haproxy"), "HAProxy"),
    (re.compile(r"envoy"), "Envoy"),
    (re.compile(r"traefik"), "Traefik"),
    (re.compile(r"openresty"), "OpenResty (nginx)"),
    (re.compile(r"tengine"), "Tengine"),
    (re.compile(r"nginx"), "nginx"),
    (re.compile(r"microsoft-iis|isa server|forefront"), "a Microsoft server"),
    (re.compile(r"apache"), "Apache"),
)
"""Likewise, servers that anything may be built on: looked for in header fields and titles, behind all makers."""
