namespace Strata.Faults.Tests.Histories;

/// <summary>The judge of recorded histories finds what is wrong with them.</summary>
public sealed class HistoryTests
{
    [Fact]
    public void A_history_in_order_has_no_faults()
    {
        var history = Recorded(new Read("core:a1;platform:1", "core:a1;platform:2;tenant:1.3", "x", Values(platform: 20, tenant: 30)));

        Assert.Empty(history.Faults());
    }

    [Theory]
    [InlineData("core:a1;platform:3", 20, 30, "x")]
    [InlineData("core:a1;platform:1;tenant:1.4", 20, 30, "x")]
    [InlineData(null, 21, 30, "x")]
    [InlineData(null, 20, 31, "x")]
    [InlineData(null, 20, 30, "y")]
    public void A_read_from_before_its_minimum_of_another_value_or_of_another_document_is_a_fault(string? minimum, int platform, int tenant, string etag)
    {
        const string Vector = "core:a1;platform:2;tenant:1.3";
        var history = Recorded(new Read(null, Vector, "x", Values(20, 30)), new Read(minimum, Vector, etag, Values(platform, tenant)));

        Assert.Single(history.Faults());
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 0)]
    public void A_segment_is_missed_only_by_those_whom_a_later_revision_of_it_let_go(long number, int faults)
    {
        var history = Recorded(new Read("core:a1;segment.gold:1", "core:a1;platform:2;tenant:1.3", "x", Values(20, 30)));
        history.Wrote("segment.gold", 1, 10);
        history.Wrote("segment.gold", number, number == 1 ? 10 : History.Nobody);

        Assert.Equal(faults, history.Faults().Count());
    }

    private static Dictionary<string, int> Values(int platform, int tenant) => new(StringComparer.Ordinal) { ["platform"] = platform, ["tenant"] = tenant };

    private static History Recorded(params Read[] reads)
    {
        var history = new History();
        history.Wrote("platform", 2, 20);
        history.Wrote("tenant", 3, 30);
        foreach (var read in reads)
            history.Saw(read);
        return history;
    }
}
