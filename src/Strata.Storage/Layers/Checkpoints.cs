namespace Strata.Storage;

/// <summary>
/// Names the steps of commits, provisioning and migrations as they are reached, so that a test can stop or kill the process between any two of them.
/// </summary>
/// <param name="reached">Called with the step's name, e.g. <c>tenant.commit.committed</c>; what it throws ends the operation as a crash there would.</param>
public sealed class Checkpoints(Func<string, ValueTask> reached)
{
    /// <summary>Notices nothing: what production uses.</summary>
    public static readonly Checkpoints None = new(static _ => ValueTask.CompletedTask);

    /// <summary>Says that a step has been reached.</summary>
    public ValueTask Reached(string step) => reached(step);
}
