<#assign fallback = "dns" port = 8081><#include "peers.json.ftl">
