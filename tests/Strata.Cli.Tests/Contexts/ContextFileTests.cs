using System.Collections.Immutable;
using Strata.Cli.Contexts;

namespace Strata.Cli.Tests.Contexts;

public sealed class ContextFileTests : IDisposable
{
    private readonly FileTree _home = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Nothing_of_a_token_stays_where_the_file_cannot_be_written()
    {
        Directory.CreateDirectory(_home.At("strata/contexts.json"));

        var refused = await Assert.ThrowsAsync<CommandFailedException>(() => File().WriteAsync(Known("one"), Token));

        Assert.Contains("contexts.json cannot be written: ", refused.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_home.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task What_was_written_is_read()
    {
        await File().WriteAsync(Known("one", "ONE"), Token);

        var read = File().Read();

        Assert.Equal(("one", 2), (read.Current, read.Contexts.Count));
        Assert.Equal(new ServerContext("http://ONE/", "token of ONE"), read.Contexts["ONE"]);
    }

    [Theory]
    [InlineData("""{"current":"one","contexts":null}""")]
    [InlineData("""{"contexts":{"one":{"url":null,"token":"t"}}}""")]
    [InlineData("nonsense")]
    public void A_file_that_holds_something_else_is_refused(string text)
    {
        _home.Write("strata/contexts.json", text);

        Assert.Contains("contexts.json cannot be read: ", Assert.Throws<CommandFailedException>(File().Read).Message, StringComparison.Ordinal);
    }

    private ContextFile File() => new(new Terminal(
        TextWriter.Null, TextWriter.Null, ImmutableDictionary<string, string>.Empty.Add("XDG_CONFIG_HOME", _home.Path)));

    private static KnownContexts Known(params string[] names) => new()
    {
        Current = names[0],
        Contexts = ImmutableSortedDictionary.CreateRange(
            names.Select(name => KeyValuePair.Create(name, new ServerContext($"http://{name}/", $"token of {name}")))),
    };
}
