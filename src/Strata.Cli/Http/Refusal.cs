using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Strata.Cli.Http;

/// <summary>The server's error envelope as text and exit code.</summary>
internal static class Refusal
{
    /// <summary>What ends the command.</summary>
    public static CommandFailedException ToException(HttpResponseMessage response, string body)
    {
        var error = Error(body);
        List<string> lines =
        [
            error is null ? $"The server answered {(int)response.StatusCode} {response.ReasonPhrase}." : $"{error["message"]} ({error["code"]})",
        ];
        lines.AddRange(Violations(error?["details"]));
        if (response.StatusCode == HttpStatusCode.Unauthorized)
            lines.Add("Use `strata login`, or set STRATA_TOKEN; `strata token` prints one for development.");
        if (response.Headers.TryGetValues("X-Request-Id", out var ids))
            lines.Add($"request {string.Join(',', ids)}");
        return new CommandFailedException(ToExitCode(response.StatusCode), string.Join('\n', lines));
    }

    /// <summary>A line for each member of `violations`: where, which rule, what, and which layer stands against it.</summary>
    public static IEnumerable<string> Violations(JsonNode? holder)
    {
        foreach (var violation in holder?["violations"] as JsonArray ?? [])
            yield return $"  {violation?["pointer"]}: {violation?["rule"]}: {Message(violation)}";
    }

    /// <summary>What a violation says, with the layer that stands against it.</summary>
    public static string Message(JsonNode? violation)
    {
        var against = violation?["layer"] is { } layer
            ? violation["inherited"] is { } inherited ? $" (inherited {inherited.ToJsonString()} from {layer})" : $" (from {layer})"
            : "";
        return $"{violation?["message"]}{against}";
    }

    private static int ToExitCode(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => ExitCode.NotFound,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => ExitCode.NotAllowed,
        HttpStatusCode.Conflict or HttpStatusCode.PreconditionFailed => ExitCode.Conflict,
        HttpStatusCode.UnprocessableEntity => ExitCode.Invalid,
        _ => ExitCode.Failure,
    };

    private static JsonNode? Error(string body)
    {
        try
        {
            return JsonNode.Parse(body) is JsonObject envelope ? envelope["error"] : null;
        }
        catch (JsonException)
        {
            // A proxy's page, not ours.
            return null;
        }
    }
}
