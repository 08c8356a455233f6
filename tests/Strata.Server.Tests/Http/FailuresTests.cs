using System.Globalization;
using System.Net;
using Npgsql;
using Strata.Embedded.Postgres;
using Strata.Testing;

namespace Strata.Server.Tests.Http;

public sealed class FailuresTests(StrataFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task An_unknown_path_is_answered_with_the_envelope()
    {
        var got = await _server.SendAsync("GET", "/nowhere", null, "X-Request-Id: mine-1");

        Assert.Equal(HttpStatusCode.NotFound, got.Status);
        Assert.Equal("not_found", got.Code);
        Assert.Equal("mine-1", (string?)got.Json["error"]!["details"]!["requestId"]);
    }

    [Fact]
    public async Task An_unknown_method_names_those_that_there_are()
    {
        var got = await _server.SendAsync("DELETE", "/probe/json");

        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_allowed", "POST"), (got.Status, got.Code, got["Allow"]));
    }

    [Theory]
    [InlineData("/health/live", HttpStatusCode.OK)]
    [InlineData("/nowhere", HttpStatusCode.NotFound)]
    [InlineData("/v1/tenants", HttpStatusCode.Unauthorized)]
    public async Task Head_is_answered_like_get_without_the_body(string path, HttpStatusCode status)
    {
        var (head, get) = (await _server.SendAsync("HEAD", path), await _server.SendAsync("GET", path));

        Assert.Equal((status, status, ""), (head.Status, get.Status, head.Text));
        Assert.Equal(get["Content-Type"], head["Content-Type"]);
    }

    [Fact]
    public async Task A_defect_is_answered_without_its_cause()
    {
        var got = await _server.SendAsync("GET", "/probe/defect");

        Assert.Equal((HttpStatusCode.InternalServerError, "internal"), (got.Status, got.Code));
        Assert.DoesNotContain("hunter2", got.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", got.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lost_infrastructure_is_unavailable_and_says_when_to_come_back()
    {
        var got = await _server.SendAsync("GET", "/probe/lost");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable", "1"), (got.Status, got.Code, got["Retry-After"]));
    }

    [Fact]
    public async Task The_overrides_of_a_tenant_whose_database_is_an_older_copy_are_unavailable()
    {
        // An installation of its own: others verify that nobody has tampered with theirs.
        var settings = await fixture.SettingsAsync();
        await using var server = await TestServer.StartAsync(settings);
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.SendAsync("POST", "/v1/platforms", """{"id":"brand","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        (await admin.SendAsync("POST", "/v1/tenants", """{"id":"acme","platform":"brand","displayName":"Acme"}""")).Is(HttpStatusCode.Created);
        await using (var shared = NpgsqlDataSource.Create(settings["ConnectionStrings:Shared"]!))
        await using (var ahead = shared.CreateCommand("update layer_head set number = 9 where layer = 'tenant:acme'"))
            await ahead.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var got = await admin.GetAsync("/v1/tenants/acme/overrides");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "unavailable"), (got.Status, got.Code));
    }

    [Theory]
    [InlineData("alter database {0} with allow_connections false")]
    [InlineData("alter role {1} nologin")]
    [InlineData("drop database {0} with (force)")]
    public async Task A_tenant_whose_database_lets_nobody_in_is_unavailable_and_the_others_work_on(string closing) =>
        await IsUnavailableAsync(await fixture.SettingsAsync(), closing);

    [Fact]
    public async Task A_tenant_whose_database_is_behind_another_password_is_unavailable_and_the_others_work_on()
    {
        // The PostgreSQL that tests share trusts everybody; one with a folder of its own asks for passwords.
        using var folder = new TemporaryFolder();
        await using var postgres = await EmbeddedPostgres.StartAsync(
            new() { DataFolder = folder.Path, Database = "strata" }, static _ => { }, TestContext.Current.CancellationToken);
        var settings = new Dictionary<string, string?>(await fixture.SettingsAsync(), StringComparer.Ordinal) { ["ConnectionStrings:Shared"] = postgres.ConnectionString };

        await IsUnavailableAsync(settings, "alter role {1} password 'other'");
    }

    private static async Task IsUnavailableAsync(IReadOnlyDictionary<string, string?> settings, string closing)
    {
        await using var server = await TestServer.StartAsync(settings);
        var admin = new TestClient(server, await server.TokenAsync("platform-admin"));
        (await admin.SendAsync("POST", "/v1/platforms", """{"id":"brand","displayName":"Brand"}""")).Is(HttpStatusCode.Created);
        foreach (var id in new[] { "acme", "globex" })
            (await admin.SendAsync("POST", "/v1/tenants", $$"""{"id":"{{id}}","platform":"brand","displayName":"Tenant"}""")).Is(HttpStatusCode.Created);
        await CloseAsync(settings["ConnectionStrings:Shared"]!, closing);

        // The first may still meet a connection that was cut.
        for (var time = 0; time < 3; time++)
        {
            var read = (await admin.GetAsync("/v1/tenants/acme/overrides")).Is(HttpStatusCode.ServiceUnavailable, "unavailable");
            var write = (await admin.SendAsync("PATCH", "/v1/tenants/acme/overrides", """{"quotas":{"users":5}}""", "If-Match: *")).Is(HttpStatusCode.ServiceUnavailable, "unavailable");
            Assert.Equal(("1", "1"), (read["Retry-After"], write["Retry-After"]));
        }
        (await admin.PatchAsync("/v1/tenants/globex/overrides", """{"quotas":{"users":5}}""")).Ok();
    }

    /// <summary>Closes the database of the tenant acme, and cuts off who is in it.</summary>
    private static async Task CloseAsync(string connectionString, string closing)
    {
        await using var shared = NpgsqlDataSource.Create(connectionString);
        await using var names = shared.CreateCommand("select array[database_name, role_name] from tenant where id = 'acme'");
        var acme = (string[])(await names.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        await using var close = shared.CreateCommand(string.Format(CultureInfo.InvariantCulture, closing, acme));
        await close.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var cut = shared.CreateCommand($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{acme[0]}'");
        await cut.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_request_id_of_the_caller_is_sent_back()
    {
        var got = await _server.SendAsync("GET", "/health/live", null, "X-Request-Id: trace/1:a.b");

        Assert.Equal("trace/1:a.b", got["X-Request-Id"]);
    }

    [Theory]
    [InlineData("with space")]
    [InlineData("<script>")]
    public async Task A_request_id_that_is_none_is_replaced(string id)
    {
        var got = await _server.SendAsync("GET", "/health/live", null, $"X-Request-Id: {id}");

        Assert.True(Guid.TryParse(got["X-Request-Id"], out _));
    }

    [Fact]
    public async Task Without_a_request_id_one_is_made()
    {
        var got = await _server.SendAsync("GET", "/health/live");

        Assert.True(Guid.TryParse(got["X-Request-Id"], out _));
    }
}
