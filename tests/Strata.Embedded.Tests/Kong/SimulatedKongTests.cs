using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Strata.Embedded.Kong;
using Strata.Testing;

namespace Strata.Embedded.Tests.Kong;

public sealed class SimulatedKongTests : IAsyncLifetime
{
    private const string Small = """{"_format_version":"3.0","services":[{"name":"a","host":"a.example"}]}""";
    private const string Other = """{"_format_version":"3.0","services":[{"name":"b","host":"b.example"}]}""";

    private readonly FakeTimeProvider _time = new();
    private readonly HttpClient _client = new();
    private SimulatedKong _kong = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _kong = await SimulatedKong.StartAsync(new SimulatedKongOptions { Time = _time }, Token);
        _client.BaseAddress = _kong.Address;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _kong.DisposeAsync();
    }

    [Fact]
    public async Task A_node_starts_without_configuration()
    {
        Assert.Equal(new string('0', 32), await HashAsync());
        Assert.StartsWith("3.9.", (await GetAsync("/"))["version"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/yaml")]
    [InlineData("application/yaml")]
    public async Task The_hash_is_that_of_the_text(string contentType)
    {
        var text = $"# café\n{Small}\n";

        Assert.Equal(HttpStatusCode.Created, (await PostAsync(text, contentType)).StatusCode);

        Assert.Equal(Md5(text), await HashAsync());
    }

    [Fact]
    public async Task The_text_may_be_a_member_a_form_field_or_a_part()
    {
        using var member = await _client.PostAsJsonAsync("/config", new { config = Small }, Token);
        var first = await HashAsync();
        using var field = await _client.PostAsync("/config", new FormUrlEncodedContent([new("config", Other)]), Token);
        var second = await HashAsync();
        using var part = await _client.PostAsync("/config", new MultipartFormDataContent { { new StringContent(Small), "config" } }, Token);

        Assert.All([member, field, part], answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Equal([Md5(Small), Md5(Other), Md5(Small)], [first, second, await HashAsync()]);
    }

    [Fact]
    public async Task A_document_that_is_the_body_itself_has_no_hash_that_a_client_could_know()
    {
        await PostAsync(Small, "application/json");

        Assert.NotEqual(Md5(Small), await HashAsync());
        Assert.NotEqual(new string('0', 32), await HashAsync());
    }

    [Fact]
    public async Task A_document_without_entities_leaves_the_hash_at_zero()
    {
        var answer = await PostAsync("""{"_format_version":"3.0"}""");

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(new string('0', 32), await HashAsync());
    }

    [Fact]
    public async Task The_same_text_again_is_not_loaded_when_the_client_asks_for_a_check()
    {
        await PostAsync(Small);

        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Small)).StatusCode);
        Assert.Equal(HttpStatusCode.NotModified, (await PostAsync(Small, query: "?check_hash=1")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Small, query: "?check_hash=true")).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await PostAsync(Other, query: "?check_hash=1")).StatusCode);
    }

    [Fact]
    public async Task A_refused_configuration_leaves_the_old_one_in_force()
    {
        await PostAsync(Small);

        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync("""{"_format_version":"3.0","services":[{"name":"b"}]}""")).StatusCode);

        Assert.Equal(Md5(Small), await HashAsync());
        Assert.Equal("a", Assert.Single(_kong.Entities("services"))["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_restart_loses_the_configuration_and_keeps_the_address()
    {
        await PostAsync(Small);
        var (address, id) = (_kong.Address, _kong.NodeId);

        await _kong.RestartAsync(Token);

        Assert.Equal(new string('0', 32), await HashAsync());
        Assert.Equal(address, _kong.Address);
        Assert.NotEqual(id, (await GetAsync("/"))["node_id"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_node_that_is_down_refuses_connections_until_it_comes_back()
    {
        await _kong.GoDownAsync(Token);
        Assert.False(_kong.IsUp);
        await Assert.ThrowsAsync<HttpRequestException>(HashAsync);
        Assert.Throws<InvalidOperationException>(() => _kong.Edit(Small));

        await _kong.ComeBackAsync(Token);

        Assert.Equal(new string('0', 32), await HashAsync());
    }

    [Fact]
    public async Task A_scripted_status_is_given_as_often_as_it_says_and_nothing_is_done()
    {
        _kong.Script(new SimulatedFault(FaultKind.Answer) { Status = 503, Calls = 2, Path = "/config", RetryAfter = 7 });

        var answers = new[] { await PostAsync(Small), await PostAsync(Small), await PostAsync(Small) };

        Assert.Equal([503, 503, 201], answers.Select(answer => (int)answer.StatusCode));
        Assert.Equal(TimeSpan.FromSeconds(7), answers[0].Headers.RetryAfter!.Delta);
    }

    [Fact]
    public async Task A_lost_answer_does_not_undo_what_was_done()
    {
        _kong.Script(new SimulatedFault(FaultKind.DropAfterActing));

        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(Small));

        Assert.Equal(Md5(Small), await HashAsync());
    }

    [Fact]
    public async Task A_lost_request_does_nothing()
    {
        _kong.Script(new SimulatedFault(FaultKind.DropBeforeActing));

        await Assert.ThrowsAsync<HttpRequestException>(() => PostAsync(Small));

        Assert.Equal(new string('0', 32), await HashAsync());
    }

    [Fact]
    public async Task An_answer_that_denies_what_was_done_can_be_scripted()
    {
        _kong.Script(new SimulatedFault(FaultKind.AnswerAfterActing) { Status = 504 });

        Assert.Equal(HttpStatusCode.GatewayTimeout, (await PostAsync(Small)).StatusCode);

        Assert.Equal(Md5(Small), await HashAsync());
    }

    [Fact]
    public async Task While_one_load_lasts_another_is_sent_away()
    {
        _kong.Script(new SimulatedFault(FaultKind.Delay) { Time = TimeSpan.FromMinutes(1), Calls = 2 });
        Task<HttpResponseMessage>[] loads = [PostAsync(Small), PostAsync(Small)];

        var first = await await Task.WhenAny(loads);
        await Waiting.UntilAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(1));
                return loads.All(load => load.IsCompleted);
            },
            Token,
            "both loads end");

        Assert.Equal(HttpStatusCode.TooManyRequests, first.StatusCode);
        Assert.NotNull(first.Headers.RetryAfter);
        Assert.Equal([201, 429], (await Task.WhenAll(loads)).Select(answer => (int)answer.StatusCode).Order());
        Assert.Equal(Md5(Small), await HashAsync());
    }

    [Fact]
    public async Task An_edit_by_hand_replaces_the_configuration_and_leaves_no_call_behind()
    {
        await PostAsync(Small);

        _kong.Edit(Other);

        Assert.Equal(Md5(Other), _kong.ConfigurationHash);
        Assert.Equal(["/config"], _kong.Calls.Select(call => call.Path));
        var refused = Assert.Throws<ArgumentException>(() => _kong.Edit("""{"_format_version":"3.0","services":[{}]}"""));
        Assert.Contains("host", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_are_kept_with_their_answers()
    {
        var at = _time.GetUtcNow();
        _kong.Script(new SimulatedFault(FaultKind.DropAfterActing) { Method = "GET" });
        await PostAsync(Small, query: "?check_hash=1");
        await Assert.ThrowsAsync<HttpRequestException>(HashAsync);

        Assert.Equal(
            [
                new SimulatedCall("POST", "/config", "?check_hash=1", 201, null, at),
                new SimulatedCall("GET", "/status", "", null, FaultKind.DropAfterActing, at),
            ],
            _kong.Calls);
    }

    private Task<HttpResponseMessage> PostAsync(string text, string contentType = "text/yaml", string query = "") =>
        _client.PostAsync($"/config{query}", new StringContent(text, Encoding.UTF8, contentType), Token);

    private async Task<JsonObject> GetAsync(string path) => (await _client.GetFromJsonAsync<JsonObject>(path, Token))!;

    private async Task<string> HashAsync() => (await GetAsync("/status"))["configuration_hash"]!.GetValue<string>();

    // Kong's choice.
#pragma warning disable CA5351
    private static string Md5(string text) => Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351
}
