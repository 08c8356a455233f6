using System.Text;

namespace Strata.JsonSchema.Tests;

/// <summary>Builders that let a test say only what it is about.</summary>
internal static class Schemas
{
    public const string Uri = "https://example.com/schema";

    public static byte[] Utf8(this string text) => Encoding.UTF8.GetBytes(text);

    public static CompiledSchema Compile(string schema, SchemaOptions? options = null) =>
        new SchemaRegistry().Add(schema.Utf8(), Uri).Compile(Uri, options);

    public static SchemaException Refused(string schema) => Assert.Throws<SchemaException>(() => Compile(schema));

    public static bool Allows(this CompiledSchema schema, string instance)
    {
        var valid = schema.IsValid(instance.Utf8());
        Assert.Equal(valid, schema.Validate(instance.Utf8()).IsEmpty);
        return valid;
    }

    public static SchemaError OnlyError(this CompiledSchema schema, string instance) => Assert.Single(schema.Validate(instance.Utf8()));
}
