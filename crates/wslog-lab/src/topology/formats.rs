//! The formats every hop logs in, all at once.

/// The name of the log that says which key came in which protocol and how it ended: what the truth
/// about a hop is taken from. A client could forge what stands in it; the lab's own do not.
pub(crate) const SIGHTINGS: &str = "sightings";

/// `log_format` directives; the log of each has its name. `combined` is logged besides.
pub(crate) const LOG_FORMATS: &[&str] = &[
    "log_format upstreamlog '[$time_local] $remote_addr - $remote_user - $server_name to: \
     $upstream_addr: $request upstream_response_time $upstream_response_time msec $msec \
     request_time $request_time status $status client - $http_user_agent';",
    "log_format upstreamlog_key '[$time_local] $remote_addr - $remote_user - $server_name to: \
     $upstream_addr: $request upstream_response_time $upstream_response_time msec $msec \
     request_time $request_time status $status client - $http_user_agent \
     $http_sec_websocket_key';",
    "log_format main_ws '$remote_addr - $remote_user [$time_local] \"$request\" $status \
     $body_bytes_sent \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\" \
     $request_time \"$http_sec_websocket_key\"';",
    // All hops have the same $hostname: they run on one machine, as containers often do.
    "log_format main_ws_server '$remote_addr - $remote_user [$time_local] \"$request\" $status \
     $body_bytes_sent \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\" \
     $request_time \"$http_sec_websocket_key\" \"$http_upgrade\" \"$hostname\" \
     $server_addr:$server_port';",
    "log_format websocket '$remote_addr - $remote_user [$time_local] \"$request\" $status \
     $body_bytes_sent \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\" $msec \
     $request_time \"$server_name\" \"$http_upgrade\" \"$http_sec_websocket_key\" \
     \"$upstream_addr\" \"$upstream_status\" \"$upstream_header_time\" \
     \"$upstream_response_time\"';",
    "log_format json_ws escape=json '{\"time_local\":\"$time_local\",\
     \"time_iso8601\":\"$time_iso8601\",\"msec\":\"$msec\",\"remote_addr\":\"$remote_addr\",\
     \"remote_port\":\"$remote_port\",\"server_name\":\"$server_name\",\
     \"server_addr\":\"$server_addr\",\"server_port\":\"$server_port\",\
     \"server_protocol\":\"$server_protocol\",\"request\":\"$request\",\"status\":\"$status\",\
     \"bytes_sent\":\"$bytes_sent\",\"request_length\":\"$request_length\",\
     \"request_time\":\"$request_time\",\"upstream_addr\":\"$upstream_addr\",\
     \"upstream_status\":\"$upstream_status\",\
     \"upstream_connect_time\":\"$upstream_connect_time\",\
     \"upstream_header_time\":\"$upstream_header_time\",\
     \"upstream_response_time\":\"$upstream_response_time\",\"http_upgrade\":\"$http_upgrade\",\
     \"http_connection\":\"$http_connection\",\"http_user_agent\":\"$http_user_agent\",\
     \"http_x_forwarded_for\":\"$http_x_forwarded_for\",\
     \"http_sec_websocket_key\":\"$http_sec_websocket_key\"}';",
    "log_format sightings '$http_sec_websocket_key $remote_addr $server_protocol $status $msec \
     $request_time \"$http_upgrade\" \"$upstream_status\" $request_uri';",
];
