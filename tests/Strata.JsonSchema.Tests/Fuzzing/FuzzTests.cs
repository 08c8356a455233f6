using System.Text.Json;
using Strata.JsonSchema.Json;

namespace Strata.JsonSchema.Tests.Fuzzing;

/// <summary>Laws over generated cases. Case numbers are seeds: a failure names the one to repeat.</summary>
public sealed class FuzzTests
{
    private const int Cases = 4000;

    private static readonly byte[] Troublemakers = "{}[]\",:\\u0123456789.eE+- \t\ntrfalsn\u007f"u8.ToArray();

    [Fact]
    public void Both_modes_agree_and_every_error_points_at_its_keyword_and_its_value()
    {
        Parallel.For(0, Cases, seed =>
        {
            var generator = new Generator(seed);
            var text = generator.Schema();
            if (Compile(text) is not { } schema)
                return;
            for (var i = 0; i < 5; i++)
                Check(schema, text, generator.Instance(), seed);
        });
    }

    [Fact]
    public void What_counts_as_JSON_is_what_the_framework_takes_for_it()
    {
        Parallel.For(0, Cases, seed =>
        {
            var random = new Random(seed);
            var text = new Generator(seed).Instance(4).Utf8();
            for (var i = random.Next(3); i > 0; i--)
                text[random.Next(text.Length)] = Troublemakers[random.Next(Troublemakers.Length)];

            Assert.True(Accepts(text) == FrameworkAccepts(text), $"case {seed}: {System.Text.Encoding.UTF8.GetString(text)}");
        });
    }

    /// <summary>Null when it refers to itself without end, the only fault a generated schema may have.</summary>
    private static CompiledSchema? Compile(string schema)
    {
        try
        {
            return Schemas.Compile(schema, new SchemaOptions { AssertFormat = true, MaxSteps = 200_000 });
        }
        catch (SchemaException refused)
        {
            Assert.Contains("without end", refused.Message, StringComparison.Ordinal);
            return null;
        }
    }

    private static void Check(CompiledSchema schema, string text, string instance, int seed)
    {
        var errors = schema.Validate(instance.Utf8());
        Assert.True(schema.IsValid(instance.Utf8()) == errors.IsEmpty, $"case {seed}: {text} of {instance}");
        var schemaTape = new StoredTape(text.Utf8(), 200);
        var instanceTape = new StoredTape(instance.Utf8(), 64);
        foreach (var error in errors.Where(error => error.KeywordLocation.Length > 0))
        {
            Assert.True(Leads(instanceTape, error.InstanceLocation), $"case {seed}: {error}");
            Assert.True(Leads(schemaTape, error.AbsoluteKeywordLocation[(Schemas.Uri.Length + 1)..]), $"case {seed}: {error}");
            Assert.EndsWith(error.Keyword, error.AbsoluteKeywordLocation, StringComparison.Ordinal);
        }
    }

    private static bool Leads(StoredTape tape, string pointer)
    {
        var row = 0;
        foreach (var segment in pointer.Split('/').Skip(1))
        {
            row = JsonPointer.Step(tape.View, row, JsonPointer.Unescape(segment));
            if (row < 0)
                return false;
        }

        return true;
    }

    private static bool Accepts(byte[] text)
    {
        try
        {
            _ = new StoredTape(text, 64);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>The framework looks at the UTF-8 of a string only when it is asked for.</summary>
    private static bool FrameworkAccepts(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return System.Text.Unicode.Utf8.IsValid(text);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
