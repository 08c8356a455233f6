using System.Globalization;

namespace Strata.Delivery.Loop;

/// <summary>What stops a plan until somebody has looked at it.</summary>
public static class Guard
{
    /// <summary>Why a plan must not be carried out without approval; <c>null</c> when it may.</summary>
    public static string? Check(Plan plan, TargetPace pace)
    {
        if (plan.Blocked is { } blocked)
            return blocked;
        if (plan is { Existing: > 0, Desired: 0 })
            return $"Nothing at all is desired, and the target has {Number(plan.Existing)} objects.";
        // A handful may always go: a share of few is no measure.
        return plan.Deleted > 5 && plan.Deleted > plan.Existing * pace.MaxDeletedShare
            ? $"{Number(plan.Deleted)} of {Number(plan.Existing)} objects would be deleted."
            : null;
    }

    private static string Number(int count) => count.ToString(CultureInfo.InvariantCulture);
}
