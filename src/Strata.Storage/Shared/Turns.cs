namespace Strata.Storage;

/// <summary>Lets only so many at once do what is heavy; the others wait.</summary>
/// <param name="atOnce">How many.</param>
internal sealed class Turns(int atOnce) : IDisposable
{
    private readonly SemaphoreSlim _free = new(atOnce);

    /// <summary>Waits for a turn, which ends when it is disposed of.</summary>
    public async Task<Turn> TakeAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return new Turn(_free);
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    /// <summary>One that was given.</summary>
    internal readonly struct Turn(SemaphoreSlim free) : IDisposable
    {
        /// <summary>Lets the next one go on.</summary>
        public void Dispose() => free.Release();
    }
}
