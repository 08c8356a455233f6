namespace Strata.JsonSchema.Loading;

/// <summary>The standard vocabularies of draft 2020-12 that a dialect can switch on; core is always on.</summary>
[Flags]
internal enum Vocabularies
{
    None = 0,
    Core = 1,
    Applicator = 2,
    Unevaluated = 4,
    Validation = 8,
    MetaData = 16,
    FormatAnnotation = 32,
    FormatAssertion = 64,
    Content = 128,
    Standard = Core | Applicator | Unevaluated | Validation | MetaData | FormatAnnotation | Content,
}

/// <summary>What a metaschema's <c>$vocabulary</c> amounts to.</summary>
/// <param name="Metaschema">URI of the metaschema.</param>
/// <param name="Vocabularies">The standard vocabularies in use.</param>
/// <param name="Annotations">Keywords of the custom vocabularies in use.</param>
internal sealed record Dialect(string Metaschema, Vocabularies Vocabularies, IReadOnlySet<string> Annotations)
{
    private const string Prefix = "https://json-schema.org/draft/2020-12/vocab/";

    public bool Has(Vocabularies vocabulary) => (Vocabularies & vocabulary) != Vocabularies.None;

    public static Vocabularies Standard(string uri) => !uri.StartsWith(Prefix, StringComparison.Ordinal) ? Vocabularies.None : uri[Prefix.Length..] switch
    {
        "core" => Vocabularies.Core,
        "applicator" => Vocabularies.Applicator,
        "unevaluated" => Vocabularies.Unevaluated,
        "validation" => Vocabularies.Validation,
        "meta-data" => Vocabularies.MetaData,
        "format-annotation" => Vocabularies.FormatAnnotation,
        "format-assertion" => Vocabularies.FormatAssertion,
        "content" => Vocabularies.Content,
        _ => Vocabularies.None,
    };
}
