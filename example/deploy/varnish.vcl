# varnishd -a :8080 -f videos.vcl -s default,50G
vcl 4.1;

backend app {
    .host = "127.0.0.1";
    .port = "8000";
    .first_byte_timeout = 60s;
    .between_bytes_timeout = 30m;
}
