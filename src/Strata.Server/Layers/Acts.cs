using Strata.Model;
using Strata.Model.Documents;
using Strata.Model.Sections;
using Strata.Server.Access;
using Strata.Storage;

namespace Strata.Server.Layers;

/// <summary>Who writes, when and why, from the request.</summary>
internal sealed class Acts(TimeProvider time, SectionCatalog sections)
{
    private const int MaxComment = 1000;
    private const int MaxUser = 200;

    /// <summary>The act of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="comment">A comment on the revision.</param>
    /// <param name="reason">A reason for the audit.</param>
    public Result<Act> Of(HttpContext context, string? comment, string? reason = null)
    {
        if (comment?.Length > MaxComment || reason?.Length > MaxComment)
            return new Error(ErrorCodes.InvalidArgument, $"{(comment?.Length > MaxComment ? "comment" : "reason")} must be at most {MaxComment} characters.");
        if ((comment is not null && References.IsPlaintext(comment)) || (reason is not null && References.IsPlaintext(reason)))
            return new Error(ErrorCodes.PlaintextSecret, "A comment or reason is kept for ever, and this one looks like a credential.");
        var caller = context.Grant().Caller;
        var user = caller.Roles.Contains(Role.Service) ? context.Request.Headers["X-User-Id"].ToString() : "";
        if (user.Length > MaxUser)
            return new Error(ErrorCodes.InvalidArgument, $"X-User-Id must be at most {MaxUser} characters.");
        return new Act
        {
            Author = caller.Id,
            AuthorName = caller.Name,
            OnBehalfOf = user.Length == 0 ? null : user,
            At = time.GetUtcNow(),
            ChangeId = Guid.CreateVersion7(time.GetUtcNow()),
            RequestId = context.TraceIdentifier,
            SchemaVersion = sections.Version,
            Comment = string.IsNullOrWhiteSpace(comment) ? null : comment,
            Reason = string.IsNullOrWhiteSpace(reason) ? null : reason,
            Claim = context.Features.Get<IdempotencyClaim>(),
        };
    }
}
