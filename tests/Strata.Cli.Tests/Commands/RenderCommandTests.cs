using Strata.Testing;

namespace Strata.Cli.Tests.Commands;

public sealed class RenderCommandTests : IDisposable
{
    private readonly TemporaryFolder _out = new();
    private static readonly string Brands = Path.Combine(Repository.Root, "platforms");
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static readonly string[] Files =
    [
        "services/kong-gateway/config/kong.yaml",
        "services/litellm-proxy/config/config.yaml",
        "services/litellm-proxy/config/virtual-keys.yaml",
        "infrastructure/policies/allowed_provider_hosts.yaml",
    ];

    public void Dispose() => _out.Dispose();

    [Fact]
    public async Task The_committed_files_are_what_the_brands_render_to()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("render", "all", "--from", Brands, "--out", Repository.Root, "--check"));
        Assert.Empty(shell.Out);
    }

    [Fact]
    public async Task All_files_are_written_to_the_repositorys_paths()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("render", "all", "--from", Brands, "--out", _out.Path));

        foreach (var file in Files)
            Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Repository.Root, file), Token), await File.ReadAllTextAsync(Path.Combine(_out.Path, file), Token));
        Assert.Contains("warning ", shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stale_file_is_shown_and_left_as_it_is()
    {
        var shell = new Shell();
        await shell.RunAsync("render", "policies", "--from", Brands, "--out", _out.Path);
        var file = Path.Combine(_out.Path, Files[3]);
        var edited = (await File.ReadAllTextAsync(file, Token)).Replace("owner: lumen-compliance", "owner: nobody", StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, edited, Token);

        Assert.Equal(ExitCode.Failure, await shell.RunAsync("render", "policies", "--from", Brands, "--out", _out.Path, "--check"));

        Assert.Contains("\n-    owner: nobody\n+    owner: lumen-compliance\n", shell.Out, StringComparison.Ordinal);
        Assert.Equal(edited, await File.ReadAllTextAsync(file, Token));
    }

    [Fact]
    public async Task A_preview_of_a_platform_goes_to_standard_output_without_the_others()
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("render", "kong", "--from", Brands, "--platform", "lumen"));

        Assert.Contains("brand:lumen", shell.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("brand:dcoder", shell.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kong", 0)]
    [InlineData("litellm", 1)]
    [InlineData("virtual-keys", 2)]
    [InlineData("policies", 3)]
    public async Task Standard_output_takes_one_artifact_as_one_file(string artifact, int file)
    {
        var shell = new Shell();

        Assert.Equal(ExitCode.Ok, await shell.RunAsync("render", artifact, "--from", Brands, "--out", "-"));

        Assert.Equal(await File.ReadAllTextAsync(Path.Combine(Repository.Root, Files[file]), Token), shell.Out);
    }

    [Fact]
    public async Task Nothing_is_rendered_from_a_set_with_one_bad_file()
    {
        using var files = FileTree.WithBrands();
        files.Replace("platforms/dcoder/quotas.yaml", "requestsPerMinute", "requestsPerMinuet");
        var shell = new Shell();

        Assert.Equal(ExitCode.Invalid, await shell.RunAsync("render", "all", "--from", files.At("platforms"), "--out", _out.Path));

        Assert.Empty(Directory.EnumerateFileSystemEntries(_out.Path));
    }

    [Theory]
    [InlineData("render", "all", "--out", "-")]
    [InlineData("render", "kong", "--out", "-", "--check")]
    [InlineData("render", "nginx")]
    public async Task A_wish_that_makes_no_sense_is_a_usage_error(params string[] arguments) =>
        Assert.Equal(ExitCode.Usage, await new Shell().RunAsync(arguments));
}
