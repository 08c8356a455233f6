namespace Strata.Cli.Tests.Commands;

/// <summary>`config edit` with editors that are one line of shell.</summary>
public sealed class EditCommandTests(DemoServer server) : IDisposable
{
    private readonly FileTree _files = new();
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task What_the_editor_leaves_is_saved()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The editors of these tests are lines of sh.");
        var shell = await EditorAsync("edited", "sed -i 's/requestsPerMinute: 5/requestsPerMinute: 4/'");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "edit", "--platform", "edited", "--comment", "Fewer"));

        Assert.Equal("~  /quotas/requestsPerMinute  5 -> 4\ntenants affected: 0\nrevision 2\n", shell.Out);
        await shell.RunAsync("history", "--platform", "edited");
        Assert.Contains("Fewer", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_is_left_as_it_was_changes_nothing()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The editors of these tests are lines of sh.");
        var shell = await EditorAsync("unedited", "true");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "edit", "--platform", "unedited"));

        Assert.Equal("nothing changes\n", shell.Out);
    }

    [Theory]
    [InlineData("refused-schema", "quotas: {requestsPerMinute: -1}", ":1:10: /quotas/requestsPerMinute: ")]
    [InlineData("refused-yaml", "quotas: [", ": yaml: ")]
    [InlineData("refused-text", "quotas", ":1:1: type: must be an object")]
    public async Task A_text_that_is_refused_is_kept_and_its_place_named(string platform, string text, string place)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The editors of these tests are lines of sh.");
        var shell = await EditorAsync(platform, $"echo '{text}' | tee");

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("config", "edit", "--platform", platform));

        Assert.Contains(place, shell.Error, StringComparison.Ordinal);
        var kept = shell.Error.Trim().Split("your text is kept in ")[1].TrimEnd('.');
        Assert.Equal(text, (await File.ReadAllTextAsync(kept, Token)).Trim());
        File.Delete(kept);
        await shell.RunAsync("config", "get", "--platform", platform, "/quotas/requestsPerMinute");
        Assert.Equal("5\n", shell.Out);
    }

    [Fact]
    public async Task Who_sits_at_a_terminal_may_mend_a_refused_text()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The editors of these tests are lines of sh.");
        // The first time a wrong number, the second time a good one.
        var shell = (await EditorAsync("mended", "sed -i -e 's/: -1/: 3/' -e 's/: 5/: -1/'")).Typing("yes\nyes\n");

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "edit", "--platform", "mended"));

        Assert.Contains("Edit again?", shell.Error, StringComparison.Ordinal);
        Assert.Contains("5 -> 3", shell.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_saved_over_what_somebody_else_wrote_meanwhile()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The editors of these tests are lines of sh.");
        var shell = await EditorAsync("raced", "true");
        var other = await EditorAsync(null, "true");
        var went = _files.At("went");
        shell = shell.With("EDITOR", $"sed -i 's/: 5/: 4/' \"$1\"; touch '{went}'; while [ -e '{went}' ]; do sleep 0.05; done; true");

        var editing = shell.RunAsync("config", "edit", "--platform", "raced");
        while (!File.Exists(went) && !editing.IsCompleted)
            await Task.Delay(20, Token);
        await other.RunAsync("config", "set", "--platform", "raced", "/quotas/requestsPerMinute", "6");
        File.Delete(went);

        Assert.Equal(ExitCode.Conflict, await editing);
        await other.RunAsync("config", "get", "--platform", "raced", "/quotas/requestsPerMinute");
        Assert.Equal("6\n", other.Out);
    }

    [Fact]
    public async Task Who_stops_it_while_the_editor_is_open_is_told_where_the_text_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The editors of these tests are lines of sh.");
        var went = _files.At("went");
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var shell = (await EditorAsync("stopped", $"touch '{went}'; while [ -e '{went}' ]; do sleep 0.05; done; true")).InterruptedBy(interrupt.Token);

        var editing = shell.RunAsync("config", "edit", "--platform", "stopped");
        while (!File.Exists(went) && !editing.IsCompleted)
            await Task.Delay(20, Token);
        await interrupt.CancelAsync();

        Assert.Equal(ExitCode.Failure, await editing);
        File.Delete(went);
        Assert.StartsWith("Stopped; your text is kept in ", shell.Error, StringComparison.Ordinal);
        var kept = shell.Error.Trim().Split(" is kept in ")[1].TrimEnd('.');
        Assert.Contains("requestsPerMinute: 5", await File.ReadAllTextAsync(kept, Token), StringComparison.Ordinal);
        File.Delete(kept);
    }

    private async Task<Shell> EditorAsync(string? platform, string editor)
    {
        var shell = (await server.ShellAsync(Token)).With("EDITOR", editor);
        if (platform is null)
            return shell;
        await shell.RunAsync("platform", "create", platform, "--display-name", "Edited");
        Assert.Equal(ExitCode.Ok, await shell.RunAsync("config", "set", "--platform", platform, "/quotas/requestsPerMinute", "5"));
        return shell;
    }
}
