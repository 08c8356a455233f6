namespace Strata.Cli.Tests.Http;

/// <summary>A clock on which whatever is waited for is over at once, and has taken its time all the same.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private long _ticks;

    public TimeSpan Waited => TimeSpan.FromTicks(GetTimestamp());

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    /// <summary>Lets time pass that nobody waits for by this clock.</summary>
    public void Pass(TimeSpan time) => Interlocked.Add(ref _ticks, time.Ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Pass(dueTime);
        return System.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}
