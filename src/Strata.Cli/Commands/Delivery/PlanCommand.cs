using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata plan`.</summary>
internal static class PlanCommand
{
    public static Command Create(Terminal terminal) => ShowingPlans(terminal, differencesFail: false, new ExampleCommand(
        "plan",
        "Look at targets now and show the exact operations that would bring them in line; nothing when there is no difference. Changes nothing.",
        "strata plan",
        "strata plan --target kong --output json"));

    /// <summary>Has a command show the plans of targets.</summary>
    /// <param name="terminal">Where it speaks.</param>
    /// <param name="differencesFail">Whether a difference is exit code 1.</param>
    /// <param name="command">The command.</param>
    public static Command ShowingPlans(Terminal terminal, bool differencesFail, ExampleCommand command)
    {
        var (targets, output) = (new TargetOptions(), new OutputOption());
        targets.AddTo(command);
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var plans = new JsonArray();
            foreach (var target in await targets.TargetsAsync(api, parsed, ["apply", "report"], cancellationToken))
                plans.Add((await api.PostAsync(targets.Reconcile(parsed, target, "plan"), new JsonObject(), cancellationToken)).Body?.DeepClone());
            await PlanOutput.WriteAsync(terminal, plans, output.Read(parsed));
            var fails = plans.Any(PlanOutput.IsPartial) || (differencesFail && plans.Any(plan => PlanOutput.Operations(plan).Count > 0));
            return fails ? ExitCode.Failure : ExitCode.Ok;
        });
        return command;
    }
}
