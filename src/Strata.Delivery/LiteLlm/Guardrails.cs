using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Strata.Delivery.Rendering;
using Strata.Model.Documents;

namespace Strata.Delivery.LiteLlm;

/// <summary>
/// The guardrails of a proxy: LiteLLM's own content filter, on for everybody, since a choice by team is licensed. It can only block, so it is there as
/// soon as one tenant asks for <c>block</c>, with everything that anybody forbids.
/// </summary>
internal sealed partial class Guardrails
{
    private static readonly ImmutableDictionary<string, ImmutableArray<string>> Prebuilt = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create("pii", ImmutableArray.Create("amex", "mastercard", "us_ssn", "visa")),
        KeyValuePair.Create("secrets", ImmutableArray.Create("aws_access_key", "github_token")),
    ]);

    private readonly HashSet<Json> _wishes = [];

    /// <summary>Adds what a brand or a tenant asks for.</summary>
    public void Add(Json? guardrails)
    {
        if (guardrails is not null)
            _wishes.Add(guardrails);
    }

    /// <summary>The <c>guardrails</c> of the file.</summary>
    public ImmutableArray<JsonObject> Settings(LiteLlmFacts facts, List<RenderWarning> warnings)
    {
        var checks = new SortedSet<string>(_wishes.SelectMany(wish => wish.Member("checks").Texts()), StringComparer.Ordinal);
        var patterns = new SortedSet<string>(_wishes.SelectMany(wish => wish.Member("denyPatterns").Texts()), StringComparer.Ordinal);
        if (checks.Count + patterns.Count == 0)
            return [];
        if (!_wishes.Any(wish => wish.Member("mode").Text() == "block"))
        {
            warnings.Add(new RenderWarning("litellm", "guardrails that only detect are left to the platform's services: LiteLLM's content filter can only block"));
            return [];
        }
        if (_wishes.Count > 1 && !facts.IsLicensed)
            warnings.Add(new RenderWarning("litellm", "guardrails by team need a licence: everybody gets the strictest, and exemptions do not hold"));
        foreach (var check in checks.Where(check => check != "prompt-injection" && !Prebuilt.ContainsKey(check)))
            warnings.Add(new RenderWarning("litellm", $"the check '{check}' is left to the platform's services: LiteLLM has no counterpart"));
        foreach (var pattern in patterns.Where(pattern => NotPython().IsMatch(pattern)))
            warnings.Add(new RenderWarning("litellm", $"the pattern '{pattern}' is left to the platform's services: Python cannot read it"));

        var rules = checks.SelectMany(check => Prebuilt.GetValueOrDefault(check, [])).Select(name => JsonObject.Of(
                ("action", Json.Of("BLOCK")), ("pattern_name", Json.Of(name)), ("pattern_type", Json.Of("prebuilt"))))
            .Concat(patterns.Where(pattern => !NotPython().IsMatch(pattern)).Select(pattern => JsonObject.Of(
                ("action", Json.Of("BLOCK")), ("name", Json.Of(Name(pattern))), ("pattern", Json.Of(pattern)), ("pattern_type", Json.Of("regex")))))
            .ToArray<Json>();
        var injection = JsonObject.Of(
            ("action", Json.Of("BLOCK")), ("category", Json.Of("prompt_injection_jailbreak")), ("enabled", Json.True), ("severity_threshold", Json.Of("medium")));
        return
        [
            JsonObject.Of(
                ("guardrail_name", Json.Of("strata")),
                ("litellm_params", JsonObject.Of(
                    ("categories", checks.Contains("prompt-injection") ? new JsonArray([injection]) : null),
                    ("default_on", Json.True),
                    ("guardrail", Json.Of("litellm_content_filter")),
                    ("mode", Json.Of("pre_call")),
                    ("patterns", rules.Length == 0 ? null : new JsonArray([.. rules]))))),
        ];
    }

    // A refused call names the rule, so the name must not repeat a tenant's word.
    private static string Name(string pattern) => $"deny-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(pattern)), 0, 4)}";

    // RE2 that Python's re refuses or reads otherwise: classes by property, quoting, \z, \C, POSIX classes, flags in the middle or unknown to it.
    [GeneratedRegex(@"\\[pPQEzC]|\[\[:|(?<!^)\(\?[a-zA-Z-]+\)|\(\?[a-zA-Z-]*[U-][a-zA-Z]*[):]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NotPython();
}
