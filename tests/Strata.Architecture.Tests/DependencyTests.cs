using System.Xml.Linq;

namespace Strata.Architecture.Tests;

public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Strata.JsonSchema"] = [],
        ["Strata.Model"] = ["Strata.JsonSchema"],
        ["Strata.Storage"] = ["Strata.Model"],
        ["Strata.Secrets"] = ["Strata.Model"],
        ["Strata.Delivery"] = ["Strata.Model"],
        ["Strata.Server"] = ["Strata.JsonSchema", "Strata.Model", "Strata.Storage", "Strata.Secrets", "Strata.Delivery"],
        ["Strata.Cli"] = ["Strata.Model", "Strata.Delivery", "Strata.Embedded"],
        ["Strata.Client"] = [],
        ["Strata.Embedded"] = [],
    };

    [Fact]
    public void Projects_reference_only_what_lies_below_them()
    {
        var breaches = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .SelectMany(file => References(file).Select(to => (From: Path.GetFileNameWithoutExtension(file), To: to)))
            .Where(edge => !Allowed[edge.From].Contains(edge.To));

        Assert.Empty(breaches);
    }

    [Fact]
    public void The_model_is_pure()
    {
        string[] impure = ["System.IO;", "System.Net", "Microsoft.Extensions", "Npgsql", "TimeProvider", "Task<", "async "];

        var breaches = Repository.Sources().Where(file => file.Project == "Strata.Model")
            .SelectMany(file => impure.Where(word => file.Text.Contains(word, StringComparison.Ordinal)).Select(word => $"{file.Path}: {word}"));

        Assert.Empty(breaches);
    }

    [Fact]
    public void Only_clients_speak_http()
    {
        var breaches = Repository.Sources()
            .Where(file => file.Project != "Strata.Cli" && !Path.GetFileNameWithoutExtension(file.Path).EndsWith("Client", StringComparison.Ordinal))
            .Where(file => file.Text.Contains("new HttpClient", StringComparison.Ordinal) || file.Text.Contains("IHttpClientFactory", StringComparison.Ordinal))
            .Select(file => file.Path);

        Assert.Empty(breaches);
    }

    private static IEnumerable<string> References(string project) =>
        XDocument.Load(project).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
}
