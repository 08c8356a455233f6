namespace Strata.Model.Overrides;

/// <summary>What a lower layer may do to a value: the schema keyword <c>override</c>.</summary>
public enum OverrideRule
{
    /// <summary>Set any valid value; the lowest layer's counts.</summary>
    Replace,

    /// <summary>Nothing; the platform's value counts.</summary>
    Locked,

    /// <summary>Set a number that is not larger; the smaller counts.</summary>
    AtMost,

    /// <summary>Set a number that is not smaller; the larger counts.</summary>
    AtLeast,

    /// <summary>Set an array that is a subset; the intersection counts.</summary>
    Subset,

    /// <summary>Add members to an array; the union counts.</summary>
    Superset,

    /// <summary>Turn <c>true</c> into <c>false</c>; logical and.</summary>
    OnlyDisable,

    /// <summary>Turn <c>false</c> into <c>true</c>; logical or.</summary>
    OnlyEnable,

    /// <summary>Move along <c>overrideOrder</c>; the stricter counts.</summary>
    Stricter,

    /// <summary>Only a tenant may set it.</summary>
    TenantOnly,
}

/// <summary>The words of the schemas for the rules.</summary>
public static class OverrideRules
{
    private static readonly string[] Words =
        ["replace", "locked", "atMost", "atLeast", "subset", "superset", "onlyDisable", "onlyEnable", "stricter", "tenantOnly"];

    /// <summary>The rule's word, e.g. <c>atMost</c>.</summary>
    public static string Word(this OverrideRule rule) => Words[(int)rule];

    /// <summary>Whether a text is a rule's word.</summary>
    public static bool IsWord(string text) => Words.Contains(text);

    /// <summary>The rule of a word.</summary>
    /// <exception cref="FormatException">There is no such rule.</exception>
    public static OverrideRule Parse(string word) =>
        Array.IndexOf(Words, word) is var index and >= 0 ? (OverrideRule)index : throw new FormatException($"'{word}' is not an override rule.");
}
