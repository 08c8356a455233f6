using System.Collections.Immutable;
using Npgsql;
using Strata.Model;
using Strata.Model.Documents;

namespace Strata.Storage;

/// <summary>A platform (brand) as it is listed.</summary>
/// <param name="Id">Its id.</param>
/// <param name="DisplayName">Its name for people.</param>
/// <param name="Revision">The revision of its layer; number 0 while nothing has been set.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record PlatformRecord(PlatformId Id, string DisplayName, Revision Revision, DateTimeOffset CreatedAt);

/// <summary>Which platforms there are.</summary>
public sealed class PlatformStore(SharedDatabase shared)
{
    private const string Insert = """
        insert into platform (id, display_name, created_at)
        values ($1, $2, $3)
        on conflict (id) do nothing
        """;

    /// <summary>Makes a platform with an empty layer, its audit event and the stored answer.</summary>
    /// <returns>The platform, or <c>conflict</c> when its id is taken.</returns>
    /// <exception cref="OutcomeUnknownException">The connection was lost in the commit, or the idempotency key belongs to a later request.</exception>
    public async Task<Result<PlatformRecord>> CreateAsync(PlatformRecord platform, Act act, Answer answer, CancellationToken cancellationToken)
    {
        var layer = LayerKey.Platform(platform.Id);
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await Claims.HoldAsync(transaction, act.Claim, cancellationToken);
        if (await transaction.Command(Insert, platform.Id.Text, platform.DisplayName, act.At).RunAsync(cancellationToken) == 0)
            return new Error(ErrorCodes.Conflict, $"There is a platform '{platform.Id}' already.");
        await LayerRows.CreateAsync(transaction, layer, platform.Id, (0, act.At), cancellationToken);
        var signal = transaction.Batch();
        LayerRows.Signal(signal, [layer]);
        await signal.RunAsync(cancellationToken);
        var details = JsonObject.Of(("displayName", Json.Of(platform.DisplayName)));
        var created = new AuditEntry { Act = act, Action = "platform.created", Scope = AuditEntry.ScopeOf(layer), Details = details };
        await AuditChain.RecordAsync(transaction, created, answer, cancellationToken);
        await Committing.FinishAsync(transaction, cancellationToken);
        return platform;
    }

    private const string Select = """
        select platform.id, platform.display_name, head.number, platform.created_at
        from platform
        join layer_head as head on head.layer = 'platform:' || platform.id
        where ($1::text is null or platform.id = $1)
          and ($2::text[] is null or platform.id = any ($2))
          and ($3::text is null or platform.id > $3)
        order by platform.id
        limit $4
        """;

    /// <summary>A platform; <c>null</c> when there is none of this id.</summary>
    public async Task<PlatformRecord?> FindAsync(PlatformId platform, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        return (await connection.Command(Select, platform.Text, null, null, 1).ReadAsync(Record, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Platforms by id.</summary>
    /// <param name="of">Only these; <c>null</c> is any.</param>
    /// <param name="after">The id that the page before ended with; <c>null</c> for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<ImmutableArray<PlatformRecord>> ListAsync(
        ImmutableArray<PlatformId>? of, PlatformId? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await shared.Source.OpenConnectionAsync(cancellationToken);
        var ids = of?.Select(platform => platform.Text).ToArray();
        return [.. await connection.Command(Select, null, ids, after?.Text, limit).ReadAsync(Record, cancellationToken)];
    }

    private static PlatformRecord Record(NpgsqlDataReader reader) => new(
        PlatformId.Parse(reader.GetString(0)), reader.GetString(1), new Revision(reader.GetInt64(2)), reader.GetFieldValue<DateTimeOffset>(3));
}
