using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Cli.Files;
using Strata.Cli.Http;
using Strata.Cli.Output;

namespace Strata.Cli.Commands;

/// <summary>
/// Applies a set in parts: what lies above tenants at once, with the first tenants, then the others. One request with a thousand tenants would tell nothing
/// until its end. What is as the files say is left alone, so whatever stops it, the same command goes on.
/// </summary>
internal sealed class ApplyParts(Terminal terminal, StrataApi api)
{
    private const int TenantsAtOnce = 10;

    private readonly Progress _progress = new(terminal);

    /// <summary>Applies.</summary>
    /// <returns>The answer of the only part; of several their items, the first one's change, and all `changeIds`.</returns>
    public async Task<JsonNode> SendAsync(ConfigurationSet set, string query, CancellationToken cancellationToken)
    {
        var parts = set.Parts(TenantsAtOnce, repeatsAbove: false).ToList();
        var tenants = set.Items.Count(item => item.Kind == "tenant");
        var above = set.Items.Length - tenants;
        var answers = new List<JsonNode>();
        var sent = 0;
        try
        {
            foreach (var part in parts)
            {
                answers.Add(await ApplyPlan.AskAsync(() => api.PostAsync($"/v1/apply?{query}", part.ToBody(), cancellationToken), part));
                sent += part.Items.Length;
                if (parts.Count > 1)
                    await _progress.TellAsync(string.Create(CultureInfo.InvariantCulture, $"{sent - above} of {tenants} tenants"));
            }
        }
        finally
        {
            await _progress.EndAsync();
            if (parts.Count > 1 && sent < set.Items.Length)
                await terminal.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Stopped after {Math.Max(sent - above, 0)} of {tenants} tenants, which are done. The same command goes on."));
        }

        return answers is [var only] ? only : new JsonObject
        {
            ["changeId"] = answers[0]["changeId"]?.DeepClone(),
            ["changeIds"] = new JsonArray([.. answers.Select(answer => answer["changeId"]?.DeepClone())]),
            ["items"] = ApplyPlan.Together(answers),
        };
    }
}
