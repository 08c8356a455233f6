using System.Diagnostics;
using System.Text.Json.Nodes;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>One run of `strata config edit`: a text, an editor, a plan, a question, a write.</summary>
internal sealed class EditRun(Terminal terminal, StrataApi api, Scope scope)
{
    /// <summary>Why; null for no comment.</summary>
    public string? Comment { get; init; }

    /// <summary>Whether nobody is asked.</summary>
    public bool Yes { get; init; }

    /// <summary>Runs it.</summary>
    /// <exception cref="CommandFailedException">The text is refused, or Ctrl-C was pressed; the message says where it is kept.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var own = await api.GetAsync(scope.OwnDocument, cancellationToken);
        var file = Path.Combine(Path.GetTempPath(), $"strata-{scope.Id}-{Guid.CreateVersion7():N}.yaml");
        await PrivateFile.CreateAsync(file, $"# What {scope} sets itself; everything else is inherited.\n{YamlText.Write(own.Body)}", cancellationToken);
        try
        {
            return await EditUntilSavedAsync(own, file, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new CommandFailedException(ExitCode.Failure, $"Stopped; your text is kept in {file}.");
        }
    }

    private async Task<int> EditUntilSavedAsync(ApiAnswer own, string file, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await EditAsync(file, cancellationToken);
                return await SaveAsync(own, file, cancellationToken);
            }
            catch (CommandFailedException refused)
            {
                var kept = new CommandFailedException(refused.ExitCode, $"{refused.Message}\nNothing was changed; your text is kept in {file}.");
                if (!terminal.IsInteractive || refused.ExitCode != ExitCode.Invalid)
                    throw kept;
                await terminal.Error.WriteLineAsync(refused.Message);
                if (!await terminal.AgreesAsync("Edit again?", cancellationToken))
                    throw kept;
            }
        }
    }

    private async Task<int> SaveAsync(ApiAnswer own, string file, CancellationToken cancellationToken)
    {
        var source = Read(await File.ReadAllTextAsync(file, cancellationToken), file);
        if (JsonNode.DeepEquals(source.Value, own.Body))
        {
            File.Delete(file);
            await terminal.Out.WriteLineAsync("nothing changes");
            return ExitCode.Ok;
        }

        var planned = await SendAsync(source, own.ETag, "dryRun=true", cancellationToken);
        await WrittenOutput.WriteChangesAsync(terminal, planned, "");
        Problem[] problems = [.. (planned?["violations"] as JsonArray ?? []).Select(violation => ProblemOf(source, violation))];
        ConfigurationSet.Demand([.. problems]);
        if (!Yes && terminal.IsInteractive && !await terminal.AgreesAsync("Save this?", cancellationToken))
            throw new CommandFailedException(ExitCode.Failure, "You said no.");
        var written = await SendAsync(source, own.ETag, CommentOption.AsQuery(Comment), cancellationToken);
        File.Delete(file);
        await terminal.Out.WriteLineAsync($"revision {written?["revision"]}");
        return ExitCode.Ok;
    }

    /// <summary>Puts the whole document in the old one's place, if that is still what was read.</summary>
    private async Task<JsonNode?> SendAsync(SourceFile source, string? etag, string query, CancellationToken cancellationToken)
    {
        var patch = new JsonArray(new JsonObject { ["op"] = "replace", ["path"] = "", ["value"] = source.Value!.DeepClone() });
        var request = new ApiRequest(HttpMethod.Patch, $"{scope.Writable}?{query}") { Body = patch, Type = "application/json-patch+json", ETag = etag };
        return (await api.SendAsync(request, cancellationToken)).Body;
    }

    private static SourceFile Read(string text, string file)
    {
        var (documents, problem) = YamlReader.Read(text, file);
        if (problem is null && documents.Count > 1)
            problem = new Problem(file, documents[1].PlaceOf(""), "", "yaml", "a second document; a layer is one");
        if (problem is null && documents is [{ Value: not (null or JsonObject) }, ..])
            problem = new Problem(file, documents[0].PlaceOf(""), "", "type", "must be an object");
        ConfigurationSet.Demand(problem is null ? [] : [problem]);
        return documents is [{ Value: not null } document]
            ? document
            : new SourceFile(file, new JsonObject(), new Dictionary<string, Place>(StringComparer.Ordinal));
    }

    private static Problem ProblemOf(SourceFile source, JsonNode? violation)
    {
        var pointer = (string?)violation?["pointer"] ?? "";
        return new Problem(source.Path, source.PlaceOf(pointer), pointer, (string?)violation?["rule"] ?? "", Refusal.Message(violation));
    }

    /// <summary>Runs the editor as git does: by the shell, as its setting may hold arguments.</summary>
    private async Task EditAsync(string file, CancellationToken cancellationToken)
    {
        var editor = terminal.Variable("VISUAL") ?? terminal.Variable("EDITOR") ?? (OperatingSystem.IsWindows() ? "notepad" : "vi");
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo("cmd.exe", $"/c {editor} \"{file}\"")
            : new ProcessStartInfo("/bin/sh", ["-c", $"{editor} \"$1\"", "sh", file]);
        start.UseShellExecute = false;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0)
            throw new CommandFailedException(ExitCode.Failure, $"The editor ({editor}) failed with {process.ExitCode}.");
    }
}
