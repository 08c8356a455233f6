using System.Text.RegularExpressions;

namespace Strata.Architecture.Tests;

public sealed partial class SqlTests
{
    [Fact]
    public void Sql_lives_in_storage_and_nowhere_else()
    {
        // The embedded PostgreSQL makes its own role and database before Strata.Storage can connect.
        var breaches = Repository.Sources().Where(file => file.Project is not ("Strata.Storage" or "Strata.Embedded"))
            .SelectMany(file => Statement().Matches(file.Text).Select(match => $"{file.Path}: {match.Value}"));

        Assert.Empty(breaches);
    }

    [Fact]
    public void Every_column_is_named()
    {
        var breaches = Repository.Sources().Where(file => file.Project == "Strata.Storage" && Star().IsMatch(file.Text)).Select(file => file.Path);

        Assert.Empty(breaches);
    }

    [GeneratedRegex("""("|^\s*)(select\s.+\sfrom|insert into|update\s+\w+\s+set|delete from|create (table|database|role)|alter (table|database|role))\s""", RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Statement();

    [GeneratedRegex(@"select\s+\*", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Star();
}
