using Npgsql;

namespace Strata.Storage;

/// <summary>The last step of a write.</summary>
internal static class Committing
{
    /// <summary>
    /// Commits. The request's token counts until the commit is sent and not from then on: a commit that was sent is waited for.
    /// </summary>
    /// <exception cref="OutcomeUnknownException">The connection was lost, so that nobody can tell whether the commit took place.</exception>
    public static async Task FinishAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await transaction.CommitAsync(CancellationToken.None);
        }
        catch (Exception lost) when (lost.IsOfDatabase())
        {
            throw new OutcomeUnknownException("The connection to the database was lost in a commit.", lost);
        }
    }
}
