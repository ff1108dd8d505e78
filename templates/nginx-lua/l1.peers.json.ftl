<#assign fallback = "l2" port = 8080><#include "peers.json.ftl">
