using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Strata.Embedded.Kong;

namespace Strata.Embedded.Tests.Kong;

public sealed class AdminApiTests : IAsyncLifetime
{
    private const string Id = "00000000-0000-0000-0000-000000000001";

    private readonly HttpClient _client = new();
    private SimulatedKong _kong = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _kong = await SimulatedKong.StartAsync(new SimulatedKongOptions { MaxBodyBytes = 100_000 }, Token);
        _client.BaseAddress = _kong.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _kong.DisposeAsync();
    }

    [Fact]
    public async Task Flattened_errors_name_the_entity_its_id_and_its_tags()
    {
        var body = await RefusedAsync($$$"""
            {"_format_version":"3.0","services":[{"id":"{{{Id}}}","name":"a","host":"h","tags":["t"],"routes":[{"name":"r","tags":["u"],"paths":["/ok","x"]}],
              "plugins":[{"name":"rate-limiting","config":{"minute":1,"policy":"redis"}}]}]}
            """);

        Assert.Equal(14, body["code"]!.GetValue<int>());
        Assert.Equal("invalid declarative configuration", body["name"]!.GetValue<string>());
        Assert.Equal("{}", body["fields"]!.ToJsonString());
        var route = Flattened(body, "route");
        Assert.Equal(("r", "[\"u\"]"), (route["entity_name"]!.GetValue<string>(), route["entity_tags"]!.ToJsonString()));
        Assert.Equal(Id, route["entity"]!["service"]!["id"]!.GetValue<string>());
        Assert.Equal(
            """[{"type":"field","field":"paths.2","message":"should start with: / (fixed path) or ~/ (regex path)"}]""",
            route["errors"]!.ToJsonString());
        Assert.Equal(
            [("entity", null, "failed conditional validation given value of field 'config.policy'"), ("field", "config.redis.host", "required field missing")],
            Flattened(body, "plugin")["errors"]!.AsArray().Select(error => (Text(error!["type"]), Text(error["field"]), Text(error["message"]))));
    }

    [Fact]
    public async Task Flattened_errors_of_an_entity_do_not_show_its_children()
    {
        var body = await RefusedAsync($$"""{"_format_version":"3.0","services":[{"id":"{{Id}}","routes":[{"name":"r","paths":["/"]}]}]}""");

        Assert.Equal(Id, Flattened(body, "service")["entity_id"]!.GetValue<string>());
        Assert.Equal($$"""{"id":"{{Id}}"}""", Flattened(body, "service")["entity"]!.ToJsonString());
    }

    [Fact]
    public async Task Faults_that_are_keyed_by_name_are_lost_when_they_are_flattened()
    {
        const string Twice = """{"_format_version":"3.0","consumers":[{"username":"foo","custom_id":"c"},{"username":"bar","custom_id":"c"}]}""";

        var body = await RefusedAsync(Twice);

        Assert.Equal(("{}", "{}"), (body["fields"]!.ToJsonString(), body["flattened_errors"]!.ToJsonString()));
        Assert.Contains("bar", (await RefusedAsync(Twice, flatten: false))["fields"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Faults_of_types_that_only_stand_inside_others_are_not_flattened()
    {
        var body = await RefusedAsync("""
            {"_format_version":"3.0","consumers":[{"username":"a","keyauth_credentials":[{"key":"k"}]},{"username":"b","keyauth_credentials":[{"key":"k"}]}]}
            """);

        Assert.Equal("{}", body["flattened_errors"]!.ToJsonString());
        Assert.Contains("key set to 'k' already declared", body["fields"]!["keyauth_credentials"]![0]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?flatten_errors=1")]
    public async Task A_text_that_is_no_document_is_told(string query)
    {
        using var answer = await PostAsync("a: [", "text/yaml", query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var error = Text((await JsonAsync(answer))["fields"]!["error"]);
        Assert.StartsWith("failed parsing declarative configuration: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_message_prints_the_faults_as_Lua_does()
    {
        var body = await RefusedAsync("""{"_format_version":"3.0","services":[{"name":"a","host":"h"},{"name":"b"}],"x-a":1}""", flatten: false);

        Assert.Equal(
            """declarative config is invalid: {services={[2]={host="required field missing"}},["x-a"]="unknown field"}""",
            Text(body["message"]));
    }

    [Theory]
    [InlineData("application/xml", "<a/>", 415, "Unsupported Media Type")]
    [InlineData("application/json", "{", 400, "Cannot parse JSON body")]
    [InlineData("text/yaml", "", 400, "expected a declarative configuration")]
    public async Task A_body_that_carries_no_configuration_is_refused(string contentType, string text, int status, string message)
    {
        using var answer = await PostAsync(text, contentType);

        Assert.Equal((status, message), ((int)answer.StatusCode, (await JsonAsync(answer))["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Query_parameters_become_members_of_a_document_that_is_the_body_itself()
    {
        using var answer = await PostAsync("""{"_format_version":"3.0"}""", "application/json", "?check_hash=1&select=a");

        Assert.Equal("""{"select":"unknown field"}""", (await JsonAsync(answer))["fields"]!.ToJsonString());
    }

    [Fact]
    public async Task A_body_over_the_limit_is_too_large()
    {
        using var answer = await PostAsync(new string('#', 100_001), "text/yaml");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task What_is_loaded_is_answered_by_type_and_id_with_defaults()
    {
        using var answer = await PostAsync(
            $$"""{"_format_version":"3.0","services":[{"id":"{{Id}}","name":"a","url":"https://h.example/p","routes":[{"name":"r","paths":["/"]}]}]}""",
            "text/yaml");

        var loaded = await JsonAsync(answer);
        var service = loaded["services"]![Id]!;
        Assert.Equal(("https", "h.example", "/p"), (Text(service["protocol"]), Text(service["host"]), Text(service["path"])));
        Assert.Equal((443, 60000), ((int)service["port"]!, (int)service["read_timeout"]!));
        Assert.Equal(Id, Assert.Single(loaded["routes"]!.AsObject()).Value!["service"]!["id"]!.GetValue<string>());
    }

    [Fact]
    public async Task The_export_loads_again_as_the_same_entities()
    {
        _kong.Edit("""
            { "_format_version": "3.0", "services": [{ "name": "a", "host": "h", "tags": ["t: u", "123", "yes"], "routes": [{ "name": "r", "paths": ["/"] }] }],
              "consumers": [{ "username": "c", "basicauth_credentials": [{ "username": "u", "password": "p" }] }] }
            """);
        string[] types = ["services", "routes", "consumers", "basicauth_credentials"];
        var before = types.Select(type => _kong.Entities(type).Single().ToJsonString()).ToArray();

        _kong.Edit((await GetAsync("/config"))["config"]!.GetValue<string>());

        Assert.Equal(before, types.Select(type => _kong.Entities(type).Single().ToJsonString()));
    }

    [Theory]
    [InlineData("/services/a", "a")]
    [InlineData("/services/" + Id, "a")]
    [InlineData("/services/a/routes/r", "r")]
    [InlineData("/routes/r", "r")]
    public async Task An_entity_is_found_by_id_or_name(string path, string name)
    {
        _kong.Edit($$"""{"_format_version":"3.0","services":[{"id":"{{Id}}","name":"a","host":"h","routes":[{"name":"r","paths":["/"]}]}]}""");

        Assert.Equal(name, Text((await GetAsync(path))["name"]));
    }

    [Theory]
    [InlineData("/services/none")]
    [InlineData("/services/none/routes")]
    [InlineData("/nothing")]
    [InlineData("/status/ready")]
    public async Task What_is_not_there_is_not_found(string path)
    {
        using var answer = await _client.GetAsync(path, Token);

        Assert.Equal((404, "Not found"), ((int)answer.StatusCode, Text((await JsonAsync(answer))["message"])));
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        var consumers = Enumerable.Range(0, 5).Select(i => $$"""{"username":"c{{i}}","tags":["all","{{(i % 2 == 0 ? "even" : "odd")}}"]}""");
        _kong.Edit($$"""{"_format_version":"3.0","consumers":[{{string.Join(',', consumers)}}]}""");

        var names = new List<string?>();
        for (string? next = "/consumers?size=2&tags=all"; next is not null;)
        {
            var page = await GetAsync(next);
            names.AddRange(page["data"]!.AsArray().Select(entity => Text(entity!["username"])));
            next = page["next"]?.GetValue<string>();
        }

        Assert.Equal(["c0", "c1", "c2", "c3", "c4"], names);
        Assert.Equal(3, (await GetAsync("/consumers?tags=all,even"))["data"]!.AsArray().Count);
        Assert.Equal(5, (await GetAsync("/consumers?tags=odd/even"))["data"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("size=0", 9, "size must be an integer between 1 and 1000")]
    [InlineData("size=1001", 9, "size must be an integer between 1 and 1000")]
    [InlineData("offset=%23", 7, "'#' is not a valid offset: bad base64 encoding")]
    public async Task A_page_that_cannot_be_is_refused(string query, int code, string message)
    {
        using var answer = await _client.GetAsync($"/services?{query}", Token);

        var body = await JsonAsync(answer);
        Assert.Equal((400, code, message), ((int)answer.StatusCode, (int)body["code"]!, Text(body["message"])));
    }

    [Theory]
    [InlineData("POST", "/services", "cannot create 'services' entities when not using a database")]
    [InlineData("PUT", "/services/a", "cannot create or update 'services' entities when not using a database")]
    [InlineData("PATCH", "/consumers/c", "cannot update 'consumers' entities when not using a database")]
    [InlineData("DELETE", "/key-auths/k", "cannot remove 'keyauth_credentials' entities when not using a database")]
    public async Task Entities_are_not_written(string method, string path, string message)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var answer = await _client.SendAsync(request, Token);

        var body = await JsonAsync(answer);
        Assert.Equal((405, 12, "operation unsupported", message), ((int)answer.StatusCode, (int)body["code"]!, Text(body["name"]), Text(body["message"])));
    }

    private static string? Text(JsonNode? node) => node?.GetValue<string>();

    private static JsonNode Flattened(JsonObject body, string type) =>
        body["flattened_errors"]!.AsArray().Single(error => Text(error!["entity_type"]) == type)!;

    private static async Task<JsonObject> JsonAsync(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonObject>(Token))!;

    private Task<HttpResponseMessage> PostAsync(string text, string contentType, string query = "") =>
        _client.PostAsync($"/config{query}", new StringContent(text, Encoding.UTF8, contentType), Token);

    private async Task<JsonObject> RefusedAsync(string text, bool flatten = true)
    {
        using var answer = await PostAsync(text, "text/yaml", flatten ? "?flatten_errors=1" : "");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return await JsonAsync(answer);
    }

    private async Task<JsonObject> GetAsync(string path) => (await _client.GetFromJsonAsync<JsonObject>(path, Token))!;
}
