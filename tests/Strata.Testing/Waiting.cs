using System.Runtime.CompilerServices;

namespace Strata.Testing;

/// <summary>Waits that end: what has not come about within two minutes fails its test, and is named.</summary>
public static class Waiting
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Awaits what others bring about.</summary>
    /// <exception cref="TimeoutException">They did not.</exception>
    public static async Task InTimeAsync(this Task task, CancellationToken cancellationToken, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        try
        {
            await task.WaitAsync(Bound, cancellationToken);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw Late(what);
        }
    }

    /// <summary>The same, and what it yields.</summary>
    /// <exception cref="TimeoutException">They did not.</exception>
    public static async Task<T> InTimeAsync<T>(this Task<T> task, CancellationToken cancellationToken, [CallerArgumentExpression(nameof(task))] string what = "")
    {
        await ((Task)task).InTimeAsync(cancellationToken, what);
        return await task;
    }

    /// <summary>Asks again and again until it is so.</summary>
    /// <exception cref="TimeoutException">It never was.</exception>
    public static async Task UntilAsync(Func<Task<bool>> isSo, CancellationToken cancellationToken, [CallerArgumentExpression(nameof(isSo))] string what = "")
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            if (TimeProvider.System.GetElapsedTime(start) > Bound)
                throw Late(what);
            await Task.Delay(Pause, cancellationToken);
        }
    }

    /// <inheritdoc cref="UntilAsync(Func{Task{bool}}, CancellationToken, string)"/>
    public static Task UntilAsync(Func<bool> isSo, CancellationToken cancellationToken, [CallerArgumentExpression(nameof(isSo))] string what = "") =>
        UntilAsync(() => Task.FromResult(isSo()), cancellationToken, what);

    private static TimeoutException Late(string what) => new($"It did not come about in {Bound.TotalMinutes} minutes: {what}");
}
