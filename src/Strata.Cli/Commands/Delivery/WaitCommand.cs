using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Cli.Http;
using Strata.Cli.Options;

namespace Strata.Cli.Commands;

/// <summary>`strata wait`.</summary>
internal static class WaitCommand
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    public static Command Create(Terminal terminal)
    {
        var targets = new TargetOptions();
        var what = new Option<string>("--for") { Description = "What to wait for.", HelpName = "synced", DefaultValueFactory = _ => "synced" }.AcceptOnlyFromAmong("synced");
        var timeout = new Option<string>("--timeout") { Description = "How long: 500ms, 60s, 5m, 1h; at most 24h.", HelpName = "time", DefaultValueFactory = _ => "60s" };
        timeout.Validators.Add(result =>
        {
            if (Duration(result.GetValueOrDefault<string>()) is null)
                result.AddError("--timeout is a time such as 500ms, 60s, 5m or 1h, at most 24h.");
        });
        var command = new ExampleCommand(
            "wait",
            "Wait until every target, or a tenant at every target, is proven to be in sync. Progress goes to standard error. Exit code 7 when the time is over first.",
            "strata wait --tenant acme",
            "strata wait --target kong --timeout 5m") { what, timeout };
        targets.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var api = new StrataApi(terminal);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Duration(parsed.GetRequiredValue(timeout))!.Value);
            try
            {
                await WaitAsync(terminal, () => targets.StatesAsync(api, parsed, patience.Token), patience.Token);
                return ExitCode.Ok;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CommandFailedException(ExitCode.Timeout, $"Not in sync within {parsed.GetRequiredValue(timeout)}.");
            }
        });
        return command;
    }

    /// <summary>Looks again and again, and tells whenever something has changed, until nothing is waited for.</summary>
    private static async Task WaitAsync(Terminal terminal, Func<Task<IReadOnlyList<JsonNode>>> look, CancellationToken cancellationToken)
    {
        for (var told = ""; ;)
        {
            var waiting = (await look()).Where(state => (string?)state["status"] is not ("Synced" or "Disabled")).Select(Line).ToList();
            if (waiting.Count == 0)
                return;
            if (string.Join('\n', waiting) is var now && now != told)
                await terminal.Error.WriteLineAsync(told = now);
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    private static string Line(JsonNode state) =>
        $"{state["target"] ?? state["id"]}: {state["status"]}, {state["health"]}{(state["message"] is { } message ? $": {message}" : "")}";

    private static TimeSpan? Duration(string? text)
    {
        var digits = new string([.. (text ?? "").TakeWhile(char.IsAsciiDigit)]);
        if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > Longest.TotalMilliseconds)
            return null;
        var duration = text![digits.Length..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(number),
            "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.MaxValue,
        };
        return duration <= Longest ? duration : null;
    }
}
