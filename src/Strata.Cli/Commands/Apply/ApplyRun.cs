using System.Text.Json.Nodes;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>One run of `strata apply`: plan, question, deed.</summary>
internal sealed class ApplyRun(Terminal terminal, StrataApi api, ApplyOptions options)
{
    /// <summary>Runs it.</summary>
    /// <exception cref="CommandFailedException">An item is refused; then nothing was applied, unless the message says that it was begun.</exception>
    public async Task<int> RunAsync(ConfigurationSet set, CancellationToken cancellationToken)
    {
        var plan = await ApplyPlan.MakeAsync(api, set, options.Prune, cancellationToken);
        if (options.Format == OutputFormat.Table)
            await WriteAsync(plan);
        if (options.DryRun || plan.IsEmpty)
        {
            if (options.Format != OutputFormat.Table)
                await DocumentOutput.WriteAsync(terminal, plan.Answer, options.Format);
            return ExitCode.Ok;
        }

        if (!options.Yes && terminal.IsInteractive && !await terminal.AgreesAsync("Apply this plan?", cancellationToken))
        {
            await terminal.Error.WriteLineAsync("Nothing was applied.");
            return ExitCode.Failure;
        }

        var done = await DoAsync(set, plan, cancellationToken);
        if (options.Format == OutputFormat.Table)
            await terminal.Out.WriteLineAsync(done["changeIds"] is JsonArray parts
                ? $"Applied as {parts.Count} changes, {parts[0]} to {parts[^1]}."
                : $"Applied as change {done["changeId"]}.");
        else
            await DocumentOutput.WriteAsync(terminal, done, options.Format);
        return ExitCode.Ok;
    }

    private async Task WriteAsync(ApplyPlan plan)
    {
        foreach (var item in plan.Changes)
        {
            await terminal.Out.WriteLineAsync(ApplyPlan.LabelOf(item));
            await WrittenOutput.WriteChangesAsync(terminal, item["write"], "  ");
        }

        foreach (var (_, label, write) in plan.Pruned)
        {
            await terminal.Out.WriteLineAsync(terminal.Paint($"{label} (deleted)", Colour.Red));
            await WrittenOutput.WriteChangesAsync(terminal, write, "  ");
        }

        var all = (plan.Answer["items"] as JsonArray)?.Count ?? 0;
        await terminal.Out.WriteLineAsync(plan.IsEmpty
            ? $"Nothing to do: all {all} items are as the files say."
            : $"Plan: {plan.Changes.Count} of {all} items change{(plan.Pruned.IsEmpty ? "" : $", {plan.Pruned.Length} segments are deleted")}.");
    }

    private async Task<JsonNode> DoAsync(ConfigurationSet set, ApplyPlan plan, CancellationToken cancellationToken)
    {
        var comment = CommentOption.AsQuery(options.Comment);
        var done = await new ApplyParts(terminal, api).SendAsync(set, comment, cancellationToken);
        foreach (var (path, _, _) in plan.Pruned)
        {
            var present = await api.GetAsync(path, cancellationToken);
            await api.SendAsync(new ApiRequest(HttpMethod.Delete, $"{path}?{comment}") { ETag = present.ETag }, cancellationToken);
        }

        return done;
    }
}
