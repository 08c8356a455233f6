using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Strata.Server.Tests.Hostile;

/// <summary>Paths, queries, headers and framing that no client would send.</summary>
public sealed class HostileRequestTests(HostileTenant tenant) : IClassFixture<HostileTenant>
{
    [Theory]
    [InlineData("/v1/tenants/acme'%20or%201=1--", 404)]
    [InlineData("/v1/tenants/%27;drop%20table%20tenant;--/config", 404)]
    [InlineData("/v1/tenants/..%2f..%2fetc%2fpasswd", 404)]
    [InlineData("/v1/tenants/%2e%2e/%2e%2e/etc/passwd", 404)]
    [InlineData("/v1/tenants/../../../etc/passwd", 404)]
    [InlineData("/v1//tenants", 404)]
    [InlineData("//v1/tenants", 404)]
    [InlineData("/v1/tenants/;/config", 404)]
    [InlineData("/v1/tenants/ACME", 404)]
    [InlineData("/v1/tenants/{own}%2fconfig", 404)]
    [InlineData("/v1/tenants/{own}%20", 404)]
    [InlineData("/v1/tenants/{own}%0a", 404)]
    [InlineData("/v1/tenants/{own}/config/quotas%2f..", 404)]
    [InlineData("/v1/tenants/{own}/config/__proto__", 404)]
    [InlineData("/v1/tenants/{own}/revisions/-1", 404)]
    [InlineData("/v1/tenants/{own}/revisions/99999999999999999999", 404)]
    [InlineData("/v1/tenants/{own}/revisions/9223372036854775807", 404)]
    [InlineData("/v1/tenants/{own}/revisions/1e3", 404)]
    [InlineData("/v1/tenants/{own}/revisions/%31", 200)]
    [InlineData("/v1/tenants/%C0%AE%C0%AE", 404)]
    [InlineData("/v1/tenants/%ED%A0%80", 404)]
    [InlineData("/v1/tenants/%F0%9F%92%A9", 404)]
    [InlineData("/v1/tenants/%E2%80%AE{own}", 404)]
    [InlineData("/v1/tenants/%", 404)]
    [InlineData("/v1/tenants/%zz", 404)]
    [InlineData("/v1/tenants/{own}?limit=1", 400)]
    [InlineData("/v1/tenants/{own}/revisions?limit=0", 400)]
    [InlineData("/v1/tenants/{own}/revisions?limit=-2147483649", 400)]
    [InlineData("/v1/tenants/{own}/revisions?limit=1e2", 400)]
    [InlineData("/v1/tenants/{own}/revisions?limit=%D9%A3", 400)]
    [InlineData("/v1/tenants/{own}/revisions?limit=1&limit=1", 400)]
    [InlineData("/v1/tenants/{own}/revisions?cursor=%00", 400)]
    [InlineData("/v1/tenants/{own}/revisions?cursor=AAAA", 400)]
    [InlineData("/v1/tenants/{own}/revisions?cursor=..%2F", 400)]
    [InlineData("/v1/tenants/{own}/revisions?cursor=JTAw", 400)]
    [InlineData("/v1/tenants/{own}/revisions/diff?from=1&to=-1", 404)]
    [InlineData("/v1/tenants/{own}/revisions/diff?from=9223372036854775808&to=1", 400)]
    [InlineData("/v1/tenants/{own}/revisions/diff?from=9223372036854775807&to=1", 404)]
    [InlineData("/v1/tenants/{own}/config?minRevision=x", 400)]
    [InlineData("/v1/tenants/{own}/config?minRevision=core:x;tenant:99999999999999999999", 400)]
    [InlineData("/v1/tenants/{own}/config?minRevision=core:x;tenant:1.-1", 400)]
    [InlineData("/v1/tenants/{own}/config?minRevision=%00", 400)]
    [InlineData("/v1/tenants/{own}/config/explain?pointer=x", 400)]
    [InlineData("/v1/tenants/{own}/config/explain?pointer=/%00", 400)]
    [InlineData("/v1/tenants/{own}/config/explain?pointer=/~", 400)]
    [InlineData("/v1/tenants?q=%25%27%3B--", 200)]
    [InlineData("/v1/tenants?q=%00", 400)]
    [InlineData("/v1/tenants?q=%ED%A0%80", 200)]
    [InlineData("/v1/tenants?status=active%27", 400)]
    [InlineData("/v1/tenants?platform=x", 400)]
    [InlineData("/v1/audit?tenant={own}&from=yesterday", 400)]
    [InlineData("/v1/audit?tenant={own}&from=0000-00-00T00:00:00Z", 400)]
    [InlineData("/v1/audit?tenant={own}&from=9999-12-31T23:59:59-14:00", 400)]
    [InlineData("/v1/audit?tenant={own}&to=0001-01-01T00:00:00%2B14:00", 400)]
    [InlineData("/v1/audit?tenant={own}&from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59.9999999Z", 200)]
    [InlineData("/v1/audit/verify?scope=tenant:%00", 400)]
    [InlineData("/v1/audit/verify?scope=all%20", 400)]
    public async Task A_path_or_query_that_tricks_is_answered_in_the_envelope(string path, int status)
    {
        var target = path.Replace("{own}", tenant.Id, StringComparison.Ordinal);

        var got = await GetAsync(target);

        Assert.True(got.Status == status && (status < 400 || got.IsEnvelope), $"{target}: expected {status}, got {got}");
    }

    [Fact]
    public async Task Overlong_parts_are_refused()
    {
        var long1 = new string('a', 7000);
        foreach (var (path, status) in new[]
        {
            ($"/v1/tenants/{long1}", 404), ($"/v1/tenants/{tenant.Id}/config/{long1}", 404), ($"/v1/tenants/{tenant.Id}/revisions/{new string('9', 7000)}", 404),
            ($"/v1/tenants/{tenant.Id}/revisions?cursor={long1}", 400), ($"/v1/tenants/{tenant.Id}/config?minRevision=core:{long1};x", 400),
            ($"/v1/tenants/{tenant.Id}/config/explain?pointer={string.Concat(Enumerable.Repeat("/a", 3000))}", 422), ($"/v1/tenants?{long1}=1", 400),
        })
        {
            var got = await GetAsync(path);
            Assert.True(got.Status == status && got.IsEnvelope, $"{path[..40]}: expected {status}, got {got}");
        }
    }

    [Theory]
    [InlineData("no-etag", 400)]
    [InlineData("\"tenant.1.99\"", 412)]
    [InlineData("\"tenant.-1\"", 412)]
    [InlineData("W/\"tenant.1.1\"", 412)]
    [InlineData("\"platform.1\"", 412)]
    [InlineData("*, \"x\"", 400)]
    [InlineData("\"\0\"", 400)]
    [InlineData("\"a", 400)]
    [InlineData("", 400)]
    public async Task An_absurd_if_match_writes_nothing(string value, int status)
    {
        var got = await RawHttp.SendAsync(
            tenant.Server,
            RawHttp.Head($"PATCH {tenant.Overrides} HTTP/1.1", [tenant.Authorization, $"If-Match: {value}", "Content-Type: application/json", "Content-Length: 24"]),
            "{\"quotas\":{\"users\":7}}  "u8.ToArray());

        Assert.True(got.Status == status && (got.IsEnvelope || value.Contains('\0', StringComparison.Ordinal)), $"{value}: expected {status}, got {got}");
        await tenant.IsAsItWasAsync();
    }

    [Theory]
    [InlineData("X-Tenant-Id: acme\r\nX-Tenant-Id: acme", 400)]
    [InlineData("X-Tenant-Id: ' or 1=1", 400)]
    [InlineData("X-Platform-Id: ../..", 400)]
    [InlineData("X-Tenant-Id: another", 403)]
    [InlineData("Authorization: Bearer second", 401)]
    [InlineData("Idempotency-Key: a\r\nIdempotency-Key: b", 200)]
    [InlineData("If-None-Match: \"", 200)]
    [InlineData("Accept: nothing/at-all", 200)]
    [InlineData("Range: bytes=0-1", 200)]
    [InlineData("X-HTTP-Method-Override: DELETE", 200)]
    [InlineData("X-Forwarded-Host: evil.example", 200)]
    [InlineData("X-Original-URL: /v1/platforms", 200)]
    [InlineData("Expect: 200-ok", 200)]
    [InlineData("traceparent: 00-zz-zz-zz", 200)]
    public async Task A_header_that_tricks_never_widens(string header, int status)
    {
        var got = await GetAsync($"/v1/tenants/{tenant.Id}/config", header.Split("\r\n"));

        Assert.True(got.Status == status && (status < 400 || got.IsEnvelope), $"{header}: expected {status}, got {got}");
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer ")]
    [InlineData("Bearer a.b.c")]
    [InlineData("Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4Iiwicm9sZSI6InBsYXRmb3JtLWFkbWluIn0.")]
    [InlineData("Bearer ....")]
    [InlineData("Bearer eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d")]
    [InlineData("Bearer {\"a\":1}")]
    [InlineData("Basic YTpi")]
    [InlineData("bearer \"")]
    public async Task A_token_that_is_none_is_unauthenticated(string value)
    {
        var got = await RawHttp.SendAsync(tenant.Server, RawHttp.Head($"GET /v1/tenants/{tenant.Id}/config HTTP/1.1", $"Authorization: {value}"));

        Assert.True(got.Status == 401 && got.Code == "unauthenticated", $"{value}: {got}");
    }

    [Theory]
    [InlineData("GET /v1/tenants/%00 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("GET /v1/tenants\r\n\r\n")]
    [InlineData("GET /v1/tenants HTTP/1.1\r\n\r\n")]
    [InlineData("GET /v1/tenants HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")]
    [InlineData("GET /v1/tenants HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n")]
    [InlineData("GET /v1/tenants HTTP/1.1\nHost: a\n\n")]
    [InlineData("GET /v1/tenants HTTP/1.1\r\nHost : a\r\n\r\n")]
    [InlineData("GET /v1/\u0001 HTTP/1.1\r\nHost: a\r\n\r\n")]
    [InlineData("PATCH /v1/policies/allowed-hosts HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n{} ")]
    [InlineData("PATCH /v1/policies/allowed-hosts HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n{}")]
    [InlineData("PATCH /v1/policies/allowed-hosts HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n{}")]
    [InlineData("PATCH /v1/policies/allowed-hosts HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n{}")]
    [InlineData("GARBAGE\0\0\0\r\n\r\n")]
    public async Task What_is_no_http_ends_the_connection(string request)
    {
        var got = await RawHttp.SendAsync(tenant.Server, Encoding.Latin1.GetBytes(request));

        Assert.True(got.Status is 400 or 401 or 404 or 0, $"{request}: {got}"); // Kestrel's own word: nothing of Strata has seen it
        Assert.DoesNotContain("   at ", got.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Headers_beyond_their_limits_are_refused()
    {
        var many = Enumerable.Range(0, 200).Select(static i => $"X-{i}: a").ToArray();

        Assert.Equal(431, (await GetAsync("/health/live", many)).Status);
        Assert.Equal(431, (await GetAsync("/health/live", $"X-Long: {new string('a', 40_000)}")).Status);
        Assert.Equal(414, (await GetAsync($"/v1/{new string('a', 100_000)}")).Status);
    }

    [Fact]
    public async Task A_pointer_of_ten_thousand_segments_in_a_query_is_refused()
    {
        var got = await GetAsync($"/v1/tenants/{tenant.Id}/config/explain?pointer={string.Concat(Enumerable.Repeat("%2Fa", 10_000))}");

        Assert.True(got is { Status: 422, Code: "schema_violation" } && got.Body.Contains("\"limit\":256", StringComparison.Ordinal), $"{got}");
    }

    [Fact]
    public async Task A_body_of_fifty_megabytes_is_too_large_whether_it_says_so_or_not()
    {
        var piece = new byte[64 * 1024];
        Array.Fill(piece, (byte)' ');
        var said = RawHttp.Head($"PATCH {tenant.Overrides} HTTP/1.1", tenant.Authorization, "If-Match: *", "Content-Type: application/json", "Content-Length: 52428800");
        var chunked = RawHttp.Head($"PATCH {tenant.Overrides} HTTP/1.1", tenant.Authorization, "If-Match: *", "Content-Type: application/json", "Transfer-Encoding: chunked");
        byte[] chunk = [.. "10000\r\n"u8, .. piece, .. "\r\n"u8];

        var honest = await RawHttp.SendAsync(tenant.Server, Enumerable.Repeat((ReadOnlyMemory<byte>)piece, 800).Prepend(said));
        var silent = await RawHttp.SendAsync(tenant.Server, Enumerable.Repeat((ReadOnlyMemory<byte>)chunk, 800).Prepend(chunked));

        Assert.True(honest is { Status: 413, Code: "too_large" }, $"{honest}");
        Assert.True(silent is { Status: 413, Code: "too_large" }, $"{silent}");
        await tenant.IsAsItWasAsync();
    }

    [Theory]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("-1\r\n{}\r\n0\r\n\r\n")]
    [InlineData("2;x=y\r\n{}0\r\n\r\n")]
    [InlineData("7fffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    [InlineData("ffffffffffffffffff\r\n{}\r\n0\r\n\r\n")]
    [InlineData("5\r\n{}\r\n0\r\n\r\nxx")]
    public async Task Chunks_that_lie_are_refused(string chunks)
    {
        var got = await RawHttp.SendAsync(
            tenant.Server,
            RawHttp.Head($"PATCH {tenant.Overrides} HTTP/1.1", tenant.Authorization, "If-Match: *", "Content-Type: application/json", "Transfer-Encoding: chunked"),
            Encoding.ASCII.GetBytes(chunks));

        Assert.True(got.Status is 400 or 413 && got.IsEnvelope, $"{chunks}: {got}");
        await tenant.IsAsItWasAsync();
    }

    [Fact]
    public async Task A_request_cannot_be_smuggled_behind_another()
    {
        var inner = $"DELETE {tenant.Overrides}/quotas HTTP/1.1\r\nHost: strata\r\n{tenant.Authorization}\r\nIf-Match: *\r\n\r\n";
        var got = await RawHttp.SendAsync(
            tenant.Server,
            RawHttp.Head(
                $"PATCH {tenant.Overrides}?dryRun=true HTTP/1.1", tenant.Authorization, "Content-Type: application/json",
                $"Content-Length: {(inner.Length + 5).ToString(CultureInfo.InvariantCulture)}", "Transfer-Encoding: chunked"),
            Encoding.ASCII.GetBytes($"0\r\n\r\n{inner}"));

        Assert.Equal(400, got.Status);
        await tenant.IsAsItWasAsync();
    }

    [Fact]
    public async Task A_body_that_drips_is_cut()
    {
        var watch = Stopwatch.StartNew();

        var got = await RawHttp.SendAsync(
            tenant.Server,
            RawHttp.Head($"PATCH {tenant.Overrides} HTTP/1.1", tenant.Authorization, "If-Match: *", "Content-Type: application/json", "Content-Length: 1000"),
            "{"u8.ToArray());

        Assert.True(got is { Status: 400, Code: "invalid_argument" }, $"{got}");
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
    }

    [Fact]
    public async Task A_head_that_drips_is_cut()
    {
        var got = await RawHttp.SendAsync(tenant.Server, "GET /v1/tenants HTTP/1.1\r\nHost: a\r\nX-Slow: "u8.ToArray());

        Assert.True(got.Status is 408 or 0, $"{got}");
    }

    private Task<RawAnswer> GetAsync(string path, params string[] headers) =>
        RawHttp.SendAsync(tenant.Server, RawHttp.Head($"GET {path} HTTP/1.1", [tenant.Authorization, .. headers]));
}
