using System.CommandLine;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>`strata migrate`.</summary>
internal static class MigrateCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static Command Create(Terminal terminal)
    {
        var status = new Option<bool>("--status") { Description = "Only tell how far the newest run is." };
        var output = new OutputOption();
        var command = new ExampleCommand(
            "migrate",
            "Bring every tenant's database to the server's schema: start a run or join the one under way, and wait for its end. "
                + "Exit code 1 when a tenant failed; the others have been migrated.",
            "strata migrate",
            "strata migrate --status") { status };
        output.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            var run = parsed.GetValue(status)
                ? (await api.GetAsync("/v1/migrations", cancellationToken)).Body?["run"]
                : await WaitAsync(terminal, api, (await api.PostAsync("/v1/migrations", new JsonObject(), cancellationToken)).Body?["run"], cancellationToken);
            if (run is null && output.Read(parsed) == OutputFormat.Table)
                await terminal.Out.WriteLineAsync("No run was ever needed.");
            else
                await DocumentOutput.WriteAsync(terminal, run, output.Read(parsed));
            return (long?)run?["failed"] > 0 ? ExitCode.Failure : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<JsonNode?> WaitAsync(Terminal terminal, StrataApi api, JsonNode? run, CancellationToken cancellationToken)
    {
        var progress = new Progress(terminal);
        while (run is not null && run["finishedAt"] is null)
        {
            await progress.TellAsync($"{run["done"]} done, {run["pending"]} to go, {run["failed"]} failed");
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            run = (await api.GetAsync("/v1/migrations", cancellationToken)).Body?["run"];
        }

        await progress.EndAsync();
        return run;
    }
}
