using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata plan`.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal) => Looking(terminal, differencesFail: false, new ExampleCommand(
        "plan",
        "Look at targets now and show the exact operations that would bring them in line; nothing when there is no difference. Changes nothing.",
        "strata plan",
        "strata plan --target kong --output json"));

    /// <summary>Has a command show the plans of targets.</summary>
    /// <param name="terminal">Where it speaks.</param>
    /// <param name="differencesFail">Whether a difference is exit code 1.</param>
    /// <param name="command">The command.</param>
    public static Command Looking(Terminal terminal, bool differencesFail, ExampleCommand command)
    {
        var (targets, output) = (new TargetOptions(), new OutputOption());
        targets.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var plans = new JsonArray();
            foreach (var target in await targets.TargetsAsync(api, parsed, cancellationToken))
                plans.Add((await api.PostAsync(targets.Reconcile(parsed, target, "plan"), new JsonObject(), cancellationToken)).Body?.DeepClone());
            await PlanOutput.WriteAsync(terminal, plans, output.Read(parsed));
            return differencesFail && plans.Any(plan => PlanOutput.Operations(plan).Count > 0) ? ExitCode.Failure : ExitCode.Ok;
        });
        return command;
    }
}

/// <summary>`strata drift`.</summary>
internal static class DriftCommand
{
    public static Command Create(Terminal terminal) => PlanCommand.Looking(terminal, differencesFail: true, new ExampleCommand(
        "drift",
        "Look at targets now and show, field by field, what differs from the desired state. Exit code 0 without a difference, 1 with one.",
        "strata drift",
        "strata drift --target kong"));
}

/// <summary>`strata reconcile`.</summary>
internal static class ReconcileCommand
{
    public static Command Create(Terminal terminal)
    {
        var (targets, output) = (new TargetOptions(), new OutputOption());
        var approve = new Option<string>("--approve") { Description = "Carry out the blocked plan of this hash; needs --target.", HelpName = "hash" };
        var command = new ExampleCommand(
            "reconcile",
            "Have targets brought in line now instead of at their next turn, and show what is done. `strata wait` tells when it is proven.",
            "strata reconcile",
            "strata reconcile --target kong --approve 5d41402abc4b2a76") { approve };
        targets.AddTo(command);
        output.AddTo(command);
        command.Validators.Add(result =>
        {
            if (!string.IsNullOrEmpty(result.GetValue(approve)) && result.GetResult("--target") is null)
                result.AddError("--approve needs --target.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var approved = parsed.GetValue(approve) is { Length: > 0 } hash ? $"&approve={Uri.EscapeDataString(hash)}" : "";
            var plans = new JsonArray();
            foreach (var target in await targets.TargetsAsync(api, parsed, cancellationToken))
                plans.Add((await api.PostAsync(targets.Reconcile(parsed, target, "apply") + approved, new JsonObject(), cancellationToken)).Body?.DeepClone());
            await PlanOutput.WriteAsync(terminal, plans, output.Read(parsed));
            return approved.Length == 0 && plans.Any(plan => plan?["blocked"] is not null) ? ExitCode.Conflict : ExitCode.Ok;
        });
        return command;
    }
}
