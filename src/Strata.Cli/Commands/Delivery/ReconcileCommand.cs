using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata reconcile`.</summary>
internal static class ReconcileCommand
{
    public static Command Create(Terminal terminal)
    {
        var (targets, output) = (new TargetOptions(), new OutputOption());
        var approve = new Option<string>("--approve") { Description = "Carry out the blocked plan of this hash; needs --target.", HelpName = "hash" };
        var command = new ExampleCommand(
            "reconcile",
            "Have targets brought in line now instead of at their next turn, and show what is done. `strata wait` tells when it is proven. Exit code 5 when a plan waits for approval.",
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
            foreach (var target in await targets.TargetsAsync(api, parsed, ["apply"], cancellationToken))
                plans.Add((await api.PostAsync(targets.Reconcile(parsed, target, "apply") + approved, new JsonObject(), cancellationToken)).Body?.DeepClone());
            await PlanOutput.WriteAsync(terminal, plans, output.Read(parsed));
            if (plans.Any(PlanOutput.IsPartial))
                return ExitCode.Failure;
            return approved.Length == 0 && plans.Any(plan => plan?["blocked"] is not null) ? ExitCode.Conflict : ExitCode.Ok;
        });
        return command;
    }
}
