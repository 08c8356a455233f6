using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Strata.Model.Documents;

namespace Strata.Delivery.Rendering;

/// <summary>
/// The environment variables under which a process finds the secrets of brands. A name says whose and which; where two references would share one,
/// both get a piece of their digest, so that no key ever travels in another's place.
/// </summary>
internal sealed partial class SecretNames
{
    private readonly FrozenDictionary<string, string> _names;

    private SecretNames(FrozenDictionary<string, string> names) => _names = names;

    /// <summary>Names every reference in the brands' defaults.</summary>
    public static SecretNames Of(IEnumerable<Brand> brands) => new(
        brands.SelectMany(brand => References(brand.Defaults).Select(secret => (Key: Key(brand, secret), Name: Name(brand, secret))))
            .Distinct()
            .GroupBy(secret => secret.Name, StringComparer.Ordinal)
            .SelectMany(group => group.Count() == 1 ? group : group.Select(secret => (secret.Key, Name: $"{secret.Name}_{Digest(secret.Key)}")))
            .ToFrozenDictionary(secret => secret.Key, secret => secret.Name, StringComparer.Ordinal));

    /// <summary>The variable of a reference that stands in a brand's defaults, e.g. <c>STRATA_LUMEN_MAIN_LLM_MISTRAL_API_KEY</c>.</summary>
    /// <param name="brand">The brand.</param>
    /// <param name="reference">The value <c>{"$secret": …}</c>.</param>
    public string this[Brand brand, Json reference] => _names[Key(brand, (JsonObject)reference.Member("$secret")!)];

    private static IEnumerable<JsonObject> References(Json value) => value switch
    {
        JsonObject members when members["$secret"] is JsonObject secret => [secret],
        JsonObject members => members.Members.ToArray().SelectMany(member => References(member.Value)),
        _ => [],
    };

    private static string Key(Brand brand, JsonObject secret) => $"{brand.Id} {secret.Without("scope")}";

    private static string Name(Brand brand, JsonObject secret)
    {
        var version = secret["version"].Number() is { } number ? $" v{number}" : "";
        var words = $"strata {brand.Id} {secret["store"].Text()} {secret["path"].Text()} {secret["field"].Text()}{version}";
        return Separator().Replace(CamelCase().Replace(words, " "), "_").Trim('_').ToUpperInvariant();
    }

    private static string Digest(string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key)), 0, 4);

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex CamelCase();

    [GeneratedRegex("[^A-Za-z0-9]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Separator();
}
