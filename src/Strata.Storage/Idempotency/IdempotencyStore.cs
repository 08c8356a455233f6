using System.Collections.Immutable;
using Npgsql;
using Strata.Model;

namespace Strata.Storage;

/// <summary>What a claim on an idempotency key finds.</summary>
public enum ClaimState
{
    /// <summary>The key is the caller's to use: go on, then complete or abandon.</summary>
    Fresh,

    /// <summary>The request was answered before: give the same answer again.</summary>
    Answered,

    /// <summary>The same request is still running.</summary>
    Running,

    /// <summary>The key was used with another request.</summary>
    Reused,
}

/// <summary>The outcome of a claim.</summary>
/// <param name="State">What was found.</param>
/// <param name="Answer">The former answer; only with <see cref="ClaimState.Answered"/>.</param>
public readonly record struct ClaimOutcome(ClaimState State, Answer? Answer);

/// <summary>
/// Answers by idempotency key. A commit stores its answer itself, in its own transaction; <see cref="CompleteAsync"/> is for requests that commit nothing.
/// </summary>
public sealed class IdempotencyStore(SharedDatabase shared, TenantWrites writes, WriteOptions options)
{
    private const string Insert = """
        insert into idempotency (caller, key, request_hash, holder, lease_until, created_at)
        values ($1, $2, $3, $4, now() + $5, now())
        on conflict (caller, key) do nothing
        """;

    private const string Select = """
        select request_hash, lease_until > now(), status, headers, body
        from idempotency
        where caller = $1 and key = $2
        for update
        """;

    private const string SelectIntents = """
        select id, tenant, lease_until > now()
        from intent
        where caller = $1 and key = $2
        """;

    private const string TakeOver = """
        update idempotency
        set holder = $3, lease_until = now() + $4
        where caller = $1 and key = $2
        """;

    /// <summary>
    /// Claims a key for a request. A claim whose lease is past is taken over, after the write that it may have left half done was finished or abandoned.
    /// </summary>
    /// <param name="claim">Whose key, and which.</param>
    /// <param name="requestHash">Tells one request from another: a hash of method, path, query and body.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ClaimOutcome> ClaimAsync(IdempotencyClaim claim, ReadOnlyMemory<byte> requestHash, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (outcome, unfinished) = await TryClaimAsync(claim, requestHash, cancellationToken);
            if (outcome is { } found)
                return found;
            foreach (var intent in unfinished)
                await writes.ResolveAsync(intent, cancellationToken);
        }
    }

    /// <summary>Stores the answer of a request that committed nothing. Does nothing when there is an answer, or a later request holds the key.</summary>
    public async Task CompleteAsync(IdempotencyClaim claim, Answer answer, CancellationToken cancellationToken)
    {
        var batch = shared.Source.CreateBatch();
        Claims.Answer(batch, claim, answer);
        await batch.RunAsync(cancellationToken);
    }

    private const string Renew = """
        update idempotency
        set lease_until = now() + $4, begun = true
        where caller = $1 and key = $2 and holder = $3
        """;

    /// <summary>Starts the claim's lease anew, for a request of many commits, before each of them. From the first on the key is never given back.</summary>
    /// <exception cref="OutcomeUnknownException">A later request has taken the key over.</exception>
    public async Task RenewAsync(IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        if (await connection.Command(Renew, claim.Caller, claim.Key, claim.Holder, options.ClaimLease).RunAsync(cancellationToken) == 0)
            throw Claims.TakenOver();
    }

    private const string SelectBegun = """
        select created_at, begun
        from idempotency
        where caller = $1 and key = $2
        """;

    /// <summary>
    /// The id under which a request of many commits makes them all: the same for whoever goes on with it under its key, and whether somebody may have
    /// made some of them before. To be asked before <see cref="RenewAsync"/>.
    /// </summary>
    /// <exception cref="OutcomeUnknownException">The key is gone.</exception>
    public async Task<(Guid ChangeId, bool IsResumed)> BegunAsync(IdempotencyClaim claim, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var begun = await connection.Command(SelectBegun, claim.Caller, claim.Key)
            .ReadAsync(static reader => (At: reader.GetFieldValue<DateTimeOffset>(0), IsResumed: reader.GetBoolean(1)), cancellationToken);
        return begun is [var (at, isResumed)] ? (MadeOf.Guid($"{claim.Caller}\n{claim.Key}\n{at.Rfc3339()}"), isResumed) : throw Claims.TakenOver();
    }

    private const string Delete = """
        delete from idempotency
        where caller = $1 and key = $2 and holder = $3 and status is null and not begun
          and not exists (select from intent where intent.caller = $1 and intent.key = $2)
          and not exists (select from tenant_creation as creation where creation.caller = $1 and creation.key = $2)
        """;

    private const string Free = """
        update idempotency
        set lease_until = now()
        where caller = $1 and key = $2 and holder = $3 and status is null
        """;

    /// <summary>
    /// Gives the key back as if it had never been used. A write of unknown outcome, a tenant that is being made and a request that has made some of its
    /// commits keep it: the next request with the key finds out, gets the answer, or goes on.
    /// </summary>
    public Task AbandonAsync(IdempotencyClaim claim, CancellationToken cancellationToken) => shared.Source.CreateBatch()
        .Add(Delete, claim.Caller, claim.Key, claim.Holder)
        .Add(Free, claim.Caller, claim.Key, claim.Holder)
        .RunAsync(cancellationToken);

    private const string DeleteOld = """
        delete from idempotency
        where created_at < now() - $1 and lease_until < now()
          and not exists (select from intent where intent.caller = idempotency.caller and intent.key = idempotency.key)
          and not exists (select from tenant_creation as creation where creation.caller = idempotency.caller and creation.key = idempotency.key)
        """;

    /// <summary>Forgets keys older than <see cref="WriteOptions.AnswerRetention"/>.</summary>
    /// <returns>How many.</returns>
    public async Task<int> PurgeAsync(CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return await connection.Command(DeleteOld, options.AnswerRetention).RunAsync(cancellationToken);
    }

    private async Task<(ClaimOutcome? Outcome, ImmutableArray<Intent> Unfinished)> TryClaimAsync(
        IdempotencyClaim claim, ReadOnlyMemory<byte> requestHash, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var inserted = await transaction.Command(Insert, claim.Caller, claim.Key, requestHash, claim.Holder, options.ClaimLease).RunAsync(cancellationToken);
        if (inserted == 0)
        {
            // None when its holder has just given it back: the next try finds the key free.
            if (await transaction.Command(Select, claim.Caller, claim.Key).ReadAsync(Row, cancellationToken) is not [var row])
                return (null, []);
            if (!row.RequestHash.AsSpan().SequenceEqual(requestHash.Span))
                return (new ClaimOutcome(ClaimState.Reused, null), []);
            if (row.Answer is not null)
                return (new ClaimOutcome(ClaimState.Answered, row.Answer), []);
            // The row's lock keeps the former holder from beginning another intent.
            var intents = await transaction.Command(SelectIntents, claim.Caller, claim.Key).ReadAsync(
                static reader => (Intent: new Intent(reader.GetGuid(0), TenantId.Parse(reader.GetString(1))), IsRunning: reader.GetBoolean(2)),
                cancellationToken);
            if (row.IsRunning || intents.Exists(intent => intent.IsRunning))
                return (new ClaimOutcome(ClaimState.Running, null), []);
            if (intents.Count > 0)
                return (null, [.. intents.Select(intent => intent.Intent)]);
            await transaction.Command(TakeOver, claim.Caller, claim.Key, claim.Holder, options.ClaimLease).RunAsync(cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return (new ClaimOutcome(ClaimState.Fresh, null), []);
    }

    private static (byte[] RequestHash, bool IsRunning, Answer? Answer) Row(NpgsqlDataReader reader) =>
        (reader.GetFieldValue<byte[]>(0), reader.GetBoolean(1), Claims.ReadAnswer(reader, first: 2));
}
