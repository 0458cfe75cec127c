import pytest

from osspcap.oss import catalogue
from osspcap.oss.catalogue import CATALOGUE, lookup

# Codes by status, from the error tables of the API reference, the two guides and the SDKs; 0 where none is stated.
STATED = {
    0: """
        ConnectionTimeoutError IllegalLocationConstraintException InvalidLocationConstraint MetaQueryAlreadyExist
        MetaQueryNotExist MetaQueryNotReady RequestError StaleFile
    """,
    203: """
        CallbackFailed
    """,
    304: """
        NotModified
    """,
    400: """
        BadReplicationLocation BadRequest BucketReplicationAlreadyExist CORSRuleBeyondLimit
        DailyInventoryExceedLimit EntityTooLarge EntityTooSmall FieldItemTooLong FileGroupTooLarge
        FilePartIntegrity FilePartInterity FilePartNotExist FilePartStale ImageTooLarge IncompleteBody
        IncorrectNumberOfFilesInPOSTRequest InlineDataTooLarge InvalidArgument InvalidBucketName
        InvalidBucketStatus InvalidCRC64 InvalidChannelName InvalidDataEncryptionAlgorithmError InvalidDigest
        InvalidEncryptionAlgorithm InvalidEncryptionAlgorithmError InvalidEncryptionRequest InvalidHostPutBucket
        InvalidLinkName InvalidObjectName InvalidParameter InvalidPart InvalidPartOrder InvalidPolicyDocument
        InvalidRequest InvalidTag InvalidTaggingKey InvalidTargetBucket InvalidTargetBucketForLogging
        InvalidTargetLocation InvalidTargetType InvalidWORMConfiguration InvalidXMLFormat InventoryExceedLimit
        KmsServiceNotEnabled LinkPartNotExist MalformedPOSTRequest MalformedXML MaxPOSTPreDataLengthExceeded
        MaxPOSTPreDataLengthExceededError MissingArgument NoReplicationLocation NoReplicationRule NotImplemented
        NotSymlink ObjectAlreadyExists ObjectLinkTooLarge OperationNotSupported PartNotSequential RepeatedTags
        RequestIsNotMultiPartContent RequestTimeout TooManyBuckets TooManyCname TooManyFilterObjectTags
        TooManyIncomingReplication TooManyOutgoingReplication TooManyPipes TooManyPrefixes TooManyReplicationRules
        TooManyTags UserKeyMustBeSpecified WeeklyInventoryExceedLimit
    """,
    403: """
        AbnormalBucketOwnerStatus AccessDenied AccessForbidden AccessKeyIdAndSecurityTokenNotMatch BucketDisable
        BucketNotBelongTo CnameDenied ImageDamage InvalidAccessKeyId InvalidObjectState InvalidSecurityToken
        KmsInDebt KmsInDebtOverdue KmsUbsmsInvalidBid NonStandardHostForbidden PermanentRedirect
        RequestTimeTooSkewed SecondLevelDomainForbidden SecurityTokenExpired SecurityTokenNotSupported
        SignatureDoesNotMatch TransferAccelerationDisabled UserDisable WORMConfigurationLocked
    """,
    404: """
        AliasNotFound KeyNotFound NoSuchBucket NoSuchBucketObjectTagging NoSuchBucketPolicy
        NoSuchCORSConfiguration NoSuchCacheControlConfiguration NoSuchChannel NoSuchInventory NoSuchKey
        NoSuchLifecycle NoSuchLiveChannel NoSuchRegion NoSuchReplicationConfiguration NoSuchReplicationRule
        NoSuchServerSideEncryptionRule NoSuchStyle NoSuchTransferAccelerationConfiguration NoSuchUpload NoSuchUser
        NoSuchVersion NoSuchWORMConfiguration NoSuchWebsiteConfiguration SymlinkTargetNotExist
    """,
    405: """
        MethodNotAllowed
    """,
    409: """
        ArchiveRestoreNotFinished BucketAlreadyExists BucketNotEmpty ChannelStillLive FileAlreadyExists
        FileImmutable InventoryConfigurationAlreadyExists KeyDisabled KeyPendingDeletion KeyPendingImport
        LiveChannelDisabled ObjectNotAppendable PositionNotEqualToLength RestoreAlreadyInProgress
        WORMConfigurationAlreadyExists
    """,
    411: """
        MissingArgument MissingContentLength ObjectNotAppendable
    """,
    412: """
        PreconditionFailed
    """,
    416: """
        InvalidRange
    """,
    424: """
        MirrorFailed
    """,
    429: """
        QpsLimitExceeded
    """,
    500: """
        Internal InternalError
    """,
    503: """
        ActiveRequestLimitExceeded CpuLimitExceeded DownloadTrafficLimitExceeded DownloadTrafficRateLimitExceeded
        MetaOperationQpsLimitExceeded ServiceUnavailable TotalQpsLimitExceeded UploadTrafficRateLimitExceeded
    """,
}


@pytest.mark.parametrize(("status", "codes"), STATED.items())
def test_every_code_of_the_sources_is_explained_with_its_status(status: int, codes: str) -> None:
    for code in codes.split():
        assert code in CATALOGUE, code
        assert not status or status in CATALOGUE[code].statuses, code


def test_entries_say_something_of_their_own() -> None:
    meanings = [entry.meaning for entry in CATALOGUE.values()]
    assert len(set(meanings)) == len(meanings)
    for entry in CATALOGUE.values():
        assert entry.meaning.endswith("."), entry.code
        assert entry.causes, entry.code
        assert entry.fix, entry.code
        assert entry.sources, entry.code
        for texts in (entry.causes, entry.fix, entry.sources):
            assert isinstance(texts, tuple), entry.code
        assert all(text.rstrip("`)").endswith((".", ".`")) for text in entry.causes + entry.fix), entry.code


def test_a_code_stands_in_one_table_only() -> None:
    codes = [entry.code for table in catalogue._TABLES for entry in table.ENTRIES]
    assert len(codes) == len(set(codes)) == len(CATALOGUE)


def test_lookup_ignores_blanks_and_falls_back_to_the_first_parts() -> None:
    entry = lookup(" NoSuchKey ")
    assert entry is not None
    assert entry.code == "NoSuchKey"
    nested = lookup("EntityNotExist.Role.Admin")
    assert nested is not None
    assert nested.code == "EntityNotExist.Role"
    assert lookup("InvalidAccessKeyId.NotFound") is not lookup("InvalidAccessKeyId")


def test_unknown_codes_are_not_explained() -> None:
    for code in ("", "nosuchkey", "Nothing", "." * 100_000, "A." * 100_000):
        assert lookup(code) is None
