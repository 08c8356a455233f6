using System.CommandLine;

namespace Strata.Cli.Commands;

/// <summary>`strata drift`.</summary>
internal static class DriftCommand
{
    public static Command Create(Terminal terminal) => PlanCommand.ShowingPlans(terminal, differencesFail: true, new ExampleCommand(
        "drift",
        "Look at targets now and show, field by field, what differs from the desired state. Exit code 0 without a difference, 1 with one.",
        "strata drift",
        "strata drift --target kong"));
}
