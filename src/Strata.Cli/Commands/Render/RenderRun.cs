using System.Collections.Immutable;
using Strata.Cli.Output;
using Strata.Delivery.Kong;
using Strata.Delivery.LiteLlm;
using Strata.Delivery.Opa;
using Strata.Delivery.Rendering;

namespace Strata.Cli.Commands;

/// <summary>One run of `strata render`: files to a folder, to standard output, or compared with what lies there.</summary>
/// <param name="terminal">Where it speaks.</param>
/// <param name="folder">The folder; `-` is standard output.</param>
internal sealed class RenderRun(Terminal terminal, string folder)
{
    /// <summary>Renders.</summary>
    /// <returns><see cref="ExitCode.Failure"/> when a check finds a stale file.</returns>
    public async Task<int> RunAsync(string artifact, Installation installation, bool check, CancellationToken cancellationToken)
    {
        var files = Render(artifact, installation);
        foreach (var warning in files.SelectMany(file => file.Warnings))
            await terminal.Error.WriteLineAsync($"warning {warning}");
        if (folder == "-")
            await terminal.Out.WriteAsync(files[0].Text);
        else if (check)
            return await CheckAsync(files, cancellationToken);
        else
            await WriteAsync(files, cancellationToken);
        return ExitCode.Ok;
    }

    private static ImmutableArray<GeneratedFile> Render(string artifact, Installation installation) => artifact switch
    {
        "kong" => [KongFile.Render(installation, new KongFacts())],
        "litellm" => LiteLlmFiles.Render(installation, new LiteLlmFacts()),
        "virtual-keys" => [LiteLlmFiles.Render(installation, new LiteLlmFacts())[1]],
        "policies" => [AllowlistFile.Render(installation)],
        _ => [.. Render("kong", installation), .. Render("litellm", installation), .. Render("policies", installation)],
    };

    private async Task WriteAsync(ImmutableArray<GeneratedFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var isCurrent = File.Exists(path) && await File.ReadAllTextAsync(path, cancellationToken) == file.Text;
            if (!isCurrent)
                await File.WriteAllTextAsync(path, file.Text, cancellationToken);
            await terminal.Out.WriteLineAsync(isCurrent ? $"{path} (unchanged)" : path);
        }
    }

    private async Task<int> CheckAsync(ImmutableArray<GeneratedFile> files, CancellationToken cancellationToken)
    {
        var stale = 0;
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Path);
            var present = File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken) : "";
            if (present == file.Text)
                continue;
            stale++;
            var lines = TextDiff.Between(present, file.Text, path).Split('\n').Select(line => terminal.Paint(line, Colours.OfMark(line)));
            await terminal.Out.WriteAsync(string.Join('\n', lines));
        }

        await terminal.Error.WriteLineAsync(stale == 0
            ? $"{files.Length} files are up to date."
            : $"{stale} of {files.Length} files are stale; `strata render` writes them.");
        return stale == 0 ? ExitCode.Ok : ExitCode.Failure;
    }
}
