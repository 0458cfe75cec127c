"""Devices that answer in the place of OSS, by what their answers hold."""

from typing import Final

from osspcap.model.pattern import pattern

MAKERS: Final = (
    (pattern(r"squid"), "Squid"),
    (pattern(r"blue ?coat|proxysg|bcsi-"), "Blue Coat ProxySG"),
    (pattern(r"zscaler"), "Zscaler"),
    (pattern(r"fortiga|fortinet|fortiguard|fgt_"), "FortiGate"),
    (pattern(r"palo ?alto|pan-os|globalprotect"), "Palo Alto firewall"),
    (pattern(r"sangfor|深信服|上网行为管理"), "Sangfor internet access gateway"),
    (pattern(r"websense|forcepoint"), "Forcepoint"),
    (pattern(r"mcafee|skyhigh|mwg-"), "McAfee Web Gateway"),
    (pattern(r"sophos"), "Sophos"),
    (pattern(r"barracuda"), "Barracuda"),
    (pattern(r"check ?point|usercheck"), "Check Point gateway"),
    (pattern(r"ironport|cisco web security"), "Cisco web security appliance"),
    (pattern(r"cloudflare"), "Cloudflare"),
    (pattern(r"errors\.aliyun\.com|aliyun_waf|aliyungf|acw_tc|web应用防火墙"), "Alibaba Cloud WAF"),
    (pattern(r"kunlun|eagleid|x-swift-"), "Alibaba Cloud CDN"),
    (pattern(r"tinyproxy"), "tinyproxy"),
    (pattern(r"privoxy"), "Privoxy"),
    (pattern(r"mitmproxy"), "mitmproxy"),
    (pattern(r"charles(?:proxy| proxy|/)"), "Charles"),
    (pattern(r"fiddler"), "Fiddler"),
)
"""Pattern over lower-cased text of an answer, and the name to show: proxies, firewalls and CDNs, whose names stand in
few pages by chance. The first that fits counts."""

SERVERS: Final = (
    (pattern(r"traffic ?server|\bats/"), "Apache Traffic Server"),
    (pattern(r"varnish"), "Varnish"),
    (pattern(r"haproxy"), "HAProxy"),
    (pattern(r"envoy"), "Envoy"),
    (pattern(r"traefik"), "Traefik"),
    (pattern(r"openresty"), "OpenResty (nginx)"),
    (pattern(r"tengine"), "Tengine"),
    (pattern(r"nginx"), "nginx"),
    (pattern(r"microsoft-iis|isa server|forefront"), "a Microsoft server"),
    (pattern(r"apache"), "Apache"),
)
"""Likewise, servers that anything may be built on: looked for in header fields and titles, behind all makers."""
