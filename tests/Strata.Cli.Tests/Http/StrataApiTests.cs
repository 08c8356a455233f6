using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Cli.Contexts;
using Strata.Cli.Http;

namespace Strata.Cli.Tests.Http;

public sealed class StrataApiTests : IDisposable
{
    private static readonly ScriptedAnswer Away = new(503, "1");
    private static readonly ScriptedAnswer Running = new(409, "1");
    private static readonly ScriptedAnswer Done = new(200);

    private readonly StringWriter _error = new(CultureInfo.InvariantCulture);
    private readonly HurriedClock _clock = new();

    public void Dispose() => _error.Dispose();

    [Fact]
    public async Task A_write_whose_interrupted_attempt_still_counts_as_running_is_asked_for_until_it_is_settled()
    {
        await using var server = new ScriptedServer([Away, Away, .. Enumerable.Repeat(Running, 20), Away, Running, Done]);

        var answer = await PostAsync(server);

        Assert.Equal("Answer 25", (string?)answer.Body!["error"]!["message"]);
        Assert.Single(server.Keys.Distinct());
        Assert.Equal("What became of an interrupted attempt is not settled yet; asking again for up to 45 seconds.\n", _error.ToString().ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task A_write_that_took_long_before_it_was_interrupted_is_asked_for_as_long_as_any_other()
    {
        await using var server = new ScriptedServer([Away with { Meanwhile = () => _clock.Pass(TimeSpan.FromSeconds(60)) }, .. Enumerable.Repeat(Running, 20), Done]);

        var answer = await PostAsync(server);

        Assert.Equal("Answer 22", (string?)answer.Body!["error"]!["message"]);
    }

    [Fact]
    public async Task A_write_that_is_never_settled_ends_after_the_time_that_a_dead_attempt_may_take()
    {
        await using var server = new ScriptedServer(Away, Running);

        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => PostAsync(server));

        Assert.Equal(ExitCode.Conflict, refused.ExitCode);
        Assert.Equal(TimeSpan.FromSeconds(45), _clock.Waited);
    }

    [Fact]
    public async Task A_conflict_that_does_not_say_when_to_come_back_is_final()
    {
        await using var server = new ScriptedServer(new ScriptedAnswer(409), Done);

        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => PostAsync(server));

        Assert.Equal(ExitCode.Conflict, refused.ExitCode);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task A_server_that_stays_away_ends_it_after_four_attempts()
    {
        await using var server = new ScriptedServer(Away);

        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => PostAsync(server));

        Assert.Equal((ExitCode.Failure, 4), (refused.ExitCode, server.Keys.Count));
    }

    private async Task<ApiAnswer> PostAsync(ScriptedServer server)
    {
        var terminal = new Terminal(TextWriter.Null, _error, ImmutableDictionary<string, string>.Empty) { Clock = _clock };
        using var api = new StrataApi(new Connection(server.Url, "token", "test"), terminal);
        return await api.PostAsync("/v1/apply", new JsonObject(), TestContext.Current.CancellationToken);
    }
}
