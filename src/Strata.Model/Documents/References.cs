using System.Text.RegularExpressions;

namespace Strata.Model.Documents;

/// <summary>
/// Secret references (<c>{"$secret": {"store", "path", "field"?, "version"?}}</c>), and values that look like the secret itself.
/// </summary>
public static partial class References
{
    /// <summary>The rule of a violation that says that a value looks like a credential.</summary>
    public const string PlaintextRule = "plaintext";

    // The forms that providers publish for their own secret scanning; a word after "Basic" must look like Base64, not like "Subscription". Without backtracking: a text made up of beginnings ("eyJeyJeyJ…") would else take seconds.
    private static readonly Regex Credential = new(
        """
        (?<before>^|[^A-Za-z0-9-])sk-[A-Za-z0-9_-]{16,} | gsk_[A-Za-z0-9]{20,} | AIza[A-Za-z0-9_-]{30,} | AKIA[A-Z0-9]{16} | gh[pousr]_[A-Za-z0-9]{30,} | github_pat_[A-Za-z0-9_]{20,}
        | xox[abeoprs]-[A-Za-z0-9-]{10,} | glpat-[A-Za-z0-9_-]{16,} | hf_[A-Za-z0-9]{24,} | hvs\.[A-Za-z0-9_-]{16,} | lin_api_[A-Za-z0-9]{16,}
        | eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\. | -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY----- | [Bb]earer\ +[A-Za-z0-9._~+/=-]{12,} | [Bb]asic\ +[A-Za-z0-9+/]{3,}([0-9+/=]|[a-z][A-Z])[A-Za-z0-9+/=]{3,}
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

    /// <summary>What looks like a credential among some leaves, at any depth, as a value or as a name. Neither messages nor pointers ever repeat it.</summary>
    public static IEnumerable<Violation> FindPlaintext(IEnumerable<Leaf> leaves) => leaves.SelectMany(Suspicious).Distinct();

    /// <summary>Whether a text looks like a credential.</summary>
    public static bool IsPlaintext(string text) => Credential.IsMatch(text);

    /// <summary>A text for people, without what looks like a credential in it.</summary>
    public static string Redact(string text) => Credential.Replace(text, "${before}***");

    /// <summary>A violation of a value that looks like a credential.</summary>
    public static Violation Plaintext(JsonPointer at) => new(at, PlaintextRule, "looks like a credential; store it as a secret and set a reference {\"$secret\": …}");

    private static IEnumerable<Violation> Suspicious(Leaf leaf)
    {
        var segments = leaf.Pointer.Segments;
        var named = segments.FirstOrDefault(IsPlaintext);
        return named is null
            ? Suspicious(leaf.Pointer, leaf.Value, segments is [.., var name] ? name : "")
            : [Named(JsonPointer.Of(segments.AsSpan(0, segments.IndexOf(named))))];
    }

    private static IEnumerable<Violation> Suspicious(JsonPointer at, Json value, string name) => value switch
    {
        JsonString text when IsPlaintext(text.Value) || (text.Value.Length >= 8 && SecretName().IsMatch(name)) => [Plaintext(at)],
        JsonArray array => array.Items.Any(item => Suspicious(at, item, name).Any()) ? [Plaintext(at)] : [],
        JsonObject members => members.Members.ToArray().SelectMany(
            member => IsPlaintext(member.Key) ? [Named(at)] : Suspicious(at.Append(member.Key), member.Value, member.Key)),
        _ => [],
    };

    // Its pointer would repeat it, so what it stands in is named.
    private static Violation Named(JsonPointer around) =>
        new(around, PlaintextRule, "has a name that looks like a credential; store it as a secret and set a reference {\"$secret\": …}");

    [GeneratedRegex(
        "^(password|passwd|secret|client_?secret|api_?key|x-api-key|private_?key|access_?token|auth_?token|token|authorization)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex SecretName();
}
