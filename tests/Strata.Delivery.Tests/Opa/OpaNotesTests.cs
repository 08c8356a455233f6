using Strata.Delivery.Opa;
using Strata.Model.Delivery;

namespace Strata.Delivery.Tests.Opa;

public sealed class OpaNotesTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_report_of_a_revision_that_is_new_counts_although_it_came_before_the_look() =>
        Assert.True(After(("a", 0), ("b", 10)).IsProof(Report("b", 5)));

    [Fact]
    public void A_report_of_another_revision_proves_nothing() => Assert.False(After(("a", 0), ("b", 10)).IsProof(Report("a", 11)));

    [Fact]
    public void When_a_revision_comes_back_only_reports_from_after_its_absence_count()
    {
        var notes = After(("a", 0), ("b", 10), ("a", 20), ("a", 30));

        Assert.False(notes.IsProof(Report("a", 9)));
        Assert.True(notes.IsProof(Report("a", 11)));
    }

    [Fact]
    public void Notes_outlive_their_text()
    {
        var notes = After(("a", 0), ("b", 10));

        Assert.Equal(notes, OpaNotes.Read(notes.ToString()));
    }

    private static OpaNotes After(params (string Revision, int Second)[] looks) =>
        looks.Aggregate(OpaNotes.Read(""), (notes, look) => notes.Next(look.Revision, Start.AddSeconds(look.Second)));

    private static OpaInstance Report(string revision, int second) => new("opa-1", revision, "", Start.AddSeconds(second));
}
