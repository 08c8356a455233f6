using System.Text.RegularExpressions;

namespace Strata.Model.Documents;

/// <summary>
/// Secret references (<c>{"$secret": {"store", "path", "field"?, "version"?}}</c>), and values that look like the secret itself.
/// </summary>
public static partial class References
{
    /// <summary>The rule of a violation that says that a value looks like a credential.</summary>
    public const string PlaintextRule = "plaintext";

    // The forms that providers publish for their own secret scanning. Without backtracking: a text made up of beginnings ("eyJeyJeyJ…") would else take seconds.
    private static readonly Regex Credential = new(
        """
        sk-[A-Za-z0-9_-]{16,} | gsk_[A-Za-z0-9]{20,} | AIza[A-Za-z0-9_-]{30,} | AKIA[A-Z0-9]{16} | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{20,}
        | xox[abeoprs]-[A-Za-z0-9-]{10,} | glpat-[A-Za-z0-9_-]{16,} | hf_[A-Za-z0-9]{24,} | hvs\.[A-Za-z0-9_-]{16,} | lin_api_[A-Za-z0-9]{16,}
        | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\. | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY----- | [Bb]earer\ +[A-Za-z0-9._~+/=-]{12,} | [Bb]asic\ +[A-Za-z0-9+/=]{12,}
        | ://[^/\s:@]+:[^/\s:@]+@
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking,
        TimeSpan.FromSeconds(1));

    private static readonly JsonPointer Scope = JsonPointer.Of("$secret", "scope");

    /// <summary>What is wrong with the references among some leaves: their scope is stamped by resolution and refused in input.</summary>
    public static IEnumerable<Violation> Check(IEnumerable<Leaf> leaves) =>
        from leaf in leaves
        where leaf.Value.At(Scope) is not null
        select new Violation(JsonPointer.Parse(leaf.Pointer.Text + Scope.Text), "readOnly", "must not be given: the layer that sets a reference decides its scope");

    /// <summary>The leaves that hold what looks like a credential, at any depth. Messages never repeat the value.</summary>
    public static IEnumerable<Violation> FindPlaintext(IEnumerable<Leaf> leaves) =>
        from leaf in leaves
        from pointer in Suspicious(leaf.Pointer, leaf.Value, leaf.Pointer.Segments is [.., var name] ? name : "")
        select new Violation(pointer, PlaintextRule, "looks like a credential; store it as a secret and set a reference {\"$secret\": …}");

    /// <summary>Whether a text looks like a credential.</summary>
    public static bool IsPlaintext(string text) => Credential.IsMatch(text);

    private static IEnumerable<JsonPointer> Suspicious(JsonPointer at, Json value, string name) => value switch
    {
        JsonString text when Credential.IsMatch(text.Value) || (text.Value.Length >= 8 && SecretName().IsMatch(name)) => [at],
        JsonArray array => array.Items.Any(item => Suspicious(at, item, name).Any()) ? [at] : [],
        JsonObject members when members["$secret"] is JsonObject => [],
        JsonObject members => members.Members.ToArray().SelectMany(member => Suspicious(at.Append(member.Key), member.Value, member.Key)),
        _ => [],
    };

    [GeneratedRegex(
        "^(password|passwd|secret|client_?secret|api_?key|x-api-key|private_?key|access_?token|auth_?token|token|authorization)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();
}
