using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Strata.Benchmarks.JsonSchema;

/// <summary>Bytes to verdict. The baseline is what merely reading the document costs.</summary>
internal static class Validation
{
    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var document = Subject.Document();
        var wrong = Subject.WithFault(document);
        var text = Encoding.UTF8.GetString(document);
        var schema = Subject.Schema();
        var other = await NJsonSchema.JsonSchema.FromJsonAsync(Subject.BundleForNJsonSchema(), cancellationToken);
        if (!schema.IsValid(document) || schema.Validate(wrong).Length != 1)
            throw new InvalidOperationException($"The subject is not what it should be: {string.Join('\n', schema.Validate(wrong))}");

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Effective document of a tenant: {document.Length} bytes\n"));
        Measurement.Print(
            ("`JsonDocument.Parse`", () => JsonDocument.Parse(document).Dispose()),
            ("`IsValid`", () => schema.IsValid(document)),
            ("`IsValid`, one fault", () => schema.IsValid(wrong)),
            ("`Validate`, one fault", () => schema.Validate(wrong)),
            ("NJsonSchema", () => other.Validate(text)),
            ("compiling all schemas", () => Subject.Schema()));
    }
}
