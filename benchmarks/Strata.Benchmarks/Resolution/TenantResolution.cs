using System.Globalization;
using System.Text.Json;
using Strata.Benchmarks.JsonSchema;
using Strata.Model.Resolution;
using Strata.Model.Sections;

namespace Strata.Benchmarks.Resolution;

/// <summary>Layers to effective bytes. The baseline is what merely reading the result costs.</summary>
internal static class TenantResolution
{
    public static Task RunAsync(CancellationToken cancellationToken)
    {
        var (above, tenant) = Subject.Layers();
        var resolver = new Resolver(SectionCatalog.Load());
        var document = resolver.Resolve(above, tenant).Document;
        var bytes = document.ToUtf8();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Effective document of a tenant: {bytes.Length:N0} bytes\n"));
        Measurement.Print(
            ("`JsonDocument.Parse` of the effective bytes", () => JsonDocument.Parse(bytes).Dispose()),
            ("resolving, with provenance", () => resolver.Resolve(above, tenant)),
            ("resolving and writing", () => resolver.Resolve(above, tenant).Document.ToUtf8()),
            ("writing only", () => document.ToUtf8()));
        return Task.CompletedTask;
    }
}
