using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Strata.Model;
using Strata.Server.Http;

namespace Strata.Server.Tests.Documentation;

public sealed partial class ErrorsPageTests
{
    [Fact]
    public async Task The_page_of_errors_says_what_the_codes_say()
    {
        var page = Path.Combine(Path.GetDirectoryName(ThisFile())!, "..", "..", "..", "docs", "errors.md");
        var actual = Page();

        if (Environment.GetEnvironmentVariable("STRATA_APPROVE") == "1")
            await File.WriteAllTextAsync(page, actual, TestContext.Current.CancellationToken);

        Assert.Equal(await File.ReadAllTextAsync(page, TestContext.Current.CancellationToken), actual);
    }

    private static string Page()
    {
        var comments = XDocument.Load(Path.ChangeExtension(typeof(ErrorCodes).Assembly.Location, ".xml")).Descendants("member")
            .Where(member => member.Attribute("name")!.Value.StartsWith($"F:{typeof(ErrorCodes).FullName}.", StringComparison.Ordinal))
            .ToDictionary(member => member.Attribute("name")!.Value, member => Spaces().Replace(Words(member.Element("summary")!), " ").Trim(), StringComparer.Ordinal);
        var rows = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => (Code: (string)field.GetRawConstantValue()!, Meaning: comments[$"F:{typeof(ErrorCodes).FullName}.{field.Name}"]))
            .OrderBy(row => ErrorStatus.Of(row.Code))
            .Select(row => string.Create(CultureInfo.InvariantCulture, $"| {ErrorStatus.Of(row.Code)} | `{row.Code}` | {row.Meaning} |"));
        return $$"""
            # Errors

            Every failure has one shape: `{"error": {"code", "message", "details": {"requestId", "violations"?} } }`. Codes are stable; messages are for people.
            A violation is `{pointer, rule, message, inherited?, layer?, limit?, schemaLocation?}`; all of them are named, in stable order. This page is written from
            the source and held to it by a test.

            | status | code | meaning |
            |---|---|---|
            {{string.Join('\n', rows)}}

            """.ReplaceLineEndings("\n");
    }

    private static string Words(XElement summary) => string.Concat(summary.Nodes().Select(node => node switch
    {
        XElement element => $"`{element.Value}`",
        _ => node.ToString(),
    }));

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Spaces();

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
